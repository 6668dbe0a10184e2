import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { readDataset, type Dataset } from '../../dataset/read';
import { temporaryFolder } from '../../../test/cli/sft';
import { loadChatTokenizer, type ChatTokenizer } from '../chat-tokenizer';
import { SharedTokens } from './shared-tokens';
import { streamedTokens } from './streamed-tokens';
import { BLOCK, tokenWork, type TokenJob } from './token-work';

const MODEL = 'examples/tiny-llama';
const script = path.resolve('dist/token-worker.js');
const folder = temporaryFolder();

/** Rows of many lengths; one has an earlier answer, one in 300 has thoughts. */
function rows(count: number): object[] {
  return Array.from({ length: count }, (_, i) =>
    i === 700
      ? {
          messages: [
            { role: 'user', content: 'First?' },
            { role: 'assistant', content: 'One.' },
            { role: 'user', content: 'Then?' },
            { role: 'assistant', content: 'Two.' },
          ],
        }
      : {
          messages: [
            { role: 'user', content: `Where is office ${i}?` },
            {
              role: 'assistant',
              content: 'In the north. '.repeat(1 + (i % 40)),
              reasoning_content: i % 300 === 1 ? 'Hm.' : undefined,
            },
          ],
        },
  );
}

async function dataset(name: string, count: number): Promise<Dataset> {
  const file = path.join(folder, name);
  writeFileSync(
    file,
    rows(count)
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
  return readDataset(file);
}

/** What one thread makes, one example after the other. */
function alone(job: TokenJob, data: Dataset, chat: ChatTokenizer): unknown[] {
  return data.examples.map(tokenWork(job, chat, 64));
}

describe('tokens of a dataset, by several threads', () => {
  for (const job of ['encode', 'count'] as const) {
    it(`${job}: makes what one thread makes`, async () => {
      const data = await dataset(`${job}.jsonl`, 4 * BLOCK + 7);
      const chat = await loadChatTokenizer(MODEL, { systemPrompt: 'Be brief.', enableThinking: true });
      const shared = new SharedTokens(job, data, chat, 64, { script, from: 1 });
      // The other thread alone, as while this one divides the data.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.deepEqual(await shared.finish(), alone(job, data, chat));
    });
  }

  it('makes the same of a file as it is read, and tells lines and findings', async () => {
    const data = await dataset('streamed.jsonl', 4 * BLOCK + 7);
    const chat = await loadChatTokenizer(MODEL, { enableThinking: true });
    for (const how of [{ script, from: 1 }, { from: Infinity }]) {
      const { made, lines, findings } = await streamedTokens('count', data, chat, 64, how);
      assert.deepEqual(made, alone('count', data, chat));
      assert.deepEqual(
        lines,
        data.examples.map(({ line }) => line),
      );
      assert.deepEqual(findings, data.findings);
    }
  });

  it('makes the same of a file as it is read where a thread ends early', async () => {
    const data = await dataset('streamed-early.jsonl', 3 * BLOCK);
    const chat = await loadChatTokenizer(MODEL);
    const broken = path.join(folder, 'takes-all-worker.js');
    writeFileSync(broken, "require('node:worker_threads').workerData.claims.fill(1);");
    const { made } = await streamedTokens('count', data, chat, 64, { script: broken, from: 1 });
    assert.deepEqual(made, alone('count', data, chat));
  });

  it('makes the tokens of what was read where the file is another by now', async () => {
    const data = await dataset('changed.jsonl', 3 * BLOCK);
    const chat = await loadChatTokenizer(MODEL);
    writeFileSync(data.file, `${JSON.stringify({ question: 'Another?', answer: 'One.' })}\n`);
    appendFileSync(
      data.file,
      rows(3 * BLOCK)
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    const shared = new SharedTokens('encode', data, chat, 64, { script, from: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual(await shared.finish(), alone('encode', data, chat));
  });

  it('does without a thread that ends early', async () => {
    const data = await dataset('early.jsonl', 3 * BLOCK);
    const chat = await loadChatTokenizer(MODEL);
    const broken = path.join(folder, 'broken-worker.js');
    writeFileSync(broken, "require('node:worker_threads').workerData.claims.fill(1); throw new Error('no memory');");
    const shared = new SharedTokens('encode', data, chat, 64, { script: broken, from: 1 });
    assert.deepEqual(await shared.finish(), alone('encode', data, chat));
  });

  it('ends when it is asked to', async () => {
    const data = await dataset('asked.jsonl', 3 * BLOCK);
    const chat = await loadChatTokenizer(MODEL);
    const signal = AbortSignal.abort(new SftError('stopped', 'stopped'));
    const shared = new SharedTokens('encode', data, chat, 64, { script, from: 1, signal });
    await assert.rejects(shared.finish(), { code: 'stopped' });
  });
});
