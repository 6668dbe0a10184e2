import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { addedSystem } from './added-system';
import { loadChatTokenizer } from './chat-tokenizer';

const FIXTURES = 'test/reference/text';
const root = mkdtempSync(path.join(os.tmpdir(), 'sft-added-system-'));
after(() => {
  rmSync(root, { recursive: true });
});

describe('what a template says where there is no system message', () => {
  const cases: readonly (readonly [template: string, tokenizer: string, added: string | undefined])[] = [
    ['qwen2.5', 'qwen', 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.'],
    ['llama-3.1', 'llama-3', 'Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024'],
    ['llama-3', 'llama-3', undefined],
    ['llama-2', 'llama-2', undefined],
    ['mistral', 'mistral', undefined],
    ['gemma-3', 'gemma-3', undefined],
    ['phi-3', 'phi-3', undefined],
    ['deepseek-r1', 'deepseek', undefined],
    ['qwen3', 'qwen', undefined],
    ['chatml', 'smol', 'Answer with care.'],
  ];
  for (const [template, tokenizer, added] of cases) {
    it(`${template}: ${added ?? 'nothing'}`, async () => {
      const folder = mkdtempSync(path.join(root, 'model-'));
      for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
        copyFileSync(`${FIXTURES}/tokenizers/${tokenizer}/${name}`, path.join(folder, name));
      }
      copyFileSync(`${FIXTURES}/templates/${template}.jinja`, path.join(folder, 'chat_template.jinja'));
      assert.equal(addedSystem(await loadChatTokenizer(folder, { now: new Date(2024, 6, 26) })), added);
    });
  }
});
