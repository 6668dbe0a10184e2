import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { createRandom } from '../base/random';
import { loadChatTokenizer } from './chat-tokenizer';
import { loadTokenizer } from './tokenizer';

const FIXTURES = 'test/reference/text';
const WIDTH = 24;
const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-rows-'));
after(() => {
  rmSync(folder, { recursive: true });
});

type Dtype = 'F32' | 'BF16' | 'F16';

/** A model folder with a table of token embeddings: random rows, but for those that are given. */
async function modelFolder(tokenizer: string, rows: Record<string, readonly number[]>, dtype: Dtype): Promise<string> {
  const dir = mkdtempSync(path.join(folder, 'model-'));
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    copyFileSync(`${FIXTURES}/tokenizers/${tokenizer}/${name}`, path.join(dir, name));
  }
  const { vocabSize, tokenId } = await loadTokenizer(dir).then((loaded) => ({
    vocabSize: loaded.vocabSize,
    tokenId: loaded.tokenId.bind(loaded),
  }));
  const random = createRandom(7);
  const table = Array.from({ length: vocabSize * WIDTH }, () => random.nextFloat() - 0.5);
  for (const [token, row] of Object.entries(rows)) table.splice(tokenId(token)! * WIDTH, WIDTH, ...row);
  const bytes = Buffer.alloc(table.length * (dtype === 'F32' ? 4 : 2));
  table.forEach((value, at) => {
    if (dtype === 'F32') bytes.writeFloatLE(value, 4 * at);
    else if (dtype === 'BF16')
      bytes.writeUInt16LE(Buffer.from(new Float32Array([value]).buffer).readUInt16LE(2), 2 * at);
    else bytes.writeUInt16LE(halfOf(value), 2 * at);
  });
  const header = JSON.stringify({
    'model.embed_tokens.weight': { dtype, shape: [vocabSize, WIDTH], data_offsets: [0, bytes.length] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  writeFileSync(path.join(dir, 'model.safetensors'), Buffer.concat([length, Buffer.from(header), bytes]));
  return dir;
}

/** Of a value from -1 to 1, rounded down. */
function halfOf(value: number): number {
  const size = Math.abs(value);
  const exponent = size < 2 ** -14 ? 0 : Math.floor(Math.log2(size));
  const bits =
    size < 2 ** -14
      ? Math.floor(size * 2 ** 24)
      : ((exponent + 15) << 10) | Math.floor((size / 2 ** exponent - 1) * 1024);
  return value < 0 ? bits | 0x8000 : bits;
}

const NOTHING = new Array<number>(WIDTH).fill(1e-6);
const ALIKE = Array.from({ length: WIDTH }, (_, i) => (i % 2 === 0 ? 0.3 : -0.3));

describe('a base model without a chat template', () => {
  for (const dtype of ['F32', 'BF16', 'F16'] as const) {
    it(`gets the one of its vocabulary where its tokens were trained (${dtype})`, async () => {
      const chat = await loadChatTokenizer(await modelFolder('llama-3', {}, dtype));
      assert.match(chat.notices[0]!, /Llama 3 is used$/);
      assert.equal(chat.untrained, undefined);
    });

    it(`gets the plain one where they are next to nothing, or all alike (${dtype})`, async () => {
      for (const rows of [
        { '<|start_header_id|>': NOTHING },
        { '<|start_header_id|>': ALIKE, '<|end_header_id|>': ALIKE.map((value) => value * 1.01) },
      ]) {
        const chat = await loadChatTokenizer(await modelFolder('llama-3', rows, dtype));
        assert.match(chat.notices[0]!, /"Question: \.\.\. Answer: \.\.\." .*never trained on <\|/);
        for (const token of Object.keys(rows)) assert.ok(chat.notices[0]!.includes(token), token);
        assert.equal(chat.untrained, undefined);
        const prompt = chat.tokenizer.decode(chat.encodePrompt([{ role: 'user', content: 'How?' }]));
        assert.match(prompt, /Question: How\?\nAnswer:$/);
      }
    });
  }
});

describe('a model that brings a template with tokens it was never trained on', () => {
  it('is warned of, with the tokens and what to do', async () => {
    const dir = await modelFolder('qwen', { '<|im_start|>': ALIKE, '<|im_end|>': ALIKE }, 'F32');
    copyFileSync(`${FIXTURES}/templates/chatml.jinja`, path.join(dir, 'chat_template.jinja'));
    const chat = await loadChatTokenizer(dir);
    assert.match(chat.untrained!, /<\|im_start\|>, <\|im_end\|>.*trainable_tokens to "template"/);
    assert.ok(chat.notices.includes(chat.untrained!));
    const one = await loadChatTokenizer(dir, { trainsRows: (_, token) => token === '<|im_end|>' });
    assert.match(one.untrained!, /on <\|im_start\|> of/);
    assert.equal((await loadChatTokenizer(dir, { trainsRows: () => true })).untrained, undefined);
  });

  it('is not judged where its weights cannot be read', async () => {
    const dir = await modelFolder('qwen', { '<|im_start|>': NOTHING }, 'F32');
    writeFileSync(path.join(dir, 'model.safetensors'), 'x');
    assert.match((await loadChatTokenizer(dir)).notices[0]!, /ChatML is used$/);
  });
});
