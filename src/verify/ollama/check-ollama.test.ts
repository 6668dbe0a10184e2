import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ollamaUrl } from './check-ollama';

describe('where Ollama listens', () => {
  it('is read from OLLAMA_HOST as its own programs read it', () => {
    const places: readonly (readonly [host: string | undefined, url: string])[] = [
      [undefined, 'http://127.0.0.1:11434'],
      ['', 'http://127.0.0.1:11434'],
      ['0.0.0.0', 'http://127.0.0.1:11434'],
      ['example.org', 'http://example.org:11434'],
      ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
      ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000'],
      ['http://127.0.0.1:80', 'http://127.0.0.1'],
      ['https://example.org', 'https://example.org'],
    ];
    for (const [host, url] of places) assert.equal(ollamaUrl(host), url);
  });
});
