import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { atLeastOne } from '../../test/at-least-one';
import { SftError } from '../base/errors';
import { loadChatTokenizer } from './chat-tokenizer';
import { loadTokenizer } from './tokenizer';

interface Case {
  readonly name: string;
  /** The added tokens that tokenizer.json keeps. */
  readonly kept: readonly string[];
  readonly files: Readonly<Record<string, unknown>>;
  readonly added: Readonly<Record<string, { readonly id: number; readonly special: boolean }>>;
  readonly ids: readonly (readonly number[])[];
  readonly without_special: readonly string[];
}

const { texts, cases } = JSON.parse(readFileSync('test/reference/text/added-tokens.json', 'utf8')) as {
  texts: readonly string[];
  cases: readonly Case[];
};
const base = JSON.parse(readFileSync('test/reference/text/tokenizers/qwen/tokenizer.json', 'utf8')) as {
  added_tokens: readonly { content: string }[];
};
const root = mkdtempSync(path.join(os.tmpdir(), 'sft-later-tokens-'));
after(() => {
  rmSync(root, { recursive: true });
});

function folderOf(name: string, kept: readonly string[], files: Readonly<Record<string, unknown>>): string {
  const folder = path.join(root, name);
  mkdirSync(folder);
  const own = base.added_tokens.filter(({ content }) => kept.includes(content));
  writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify({ ...base, added_tokens: own }));
  for (const [file, value] of Object.entries(files)) writeFileSync(path.join(folder, file), JSON.stringify(value));
  return folder;
}

describe('added tokens outside tokenizer.json', () => {
  for (const [number, { name, kept, files, added, ids, without_special: plain }] of atLeastOne(cases).entries()) {
    it(`${name}: as transformers`, async () => {
      const tokenizer = await loadTokenizer(folderOf(String(number), kept, files));
      for (const [content, { id, special }] of Object.entries(added)) {
        assert.equal(tokenizer.tokenId(content), id, content);
        assert.equal(tokenizer.isAdded(id), true, content);
        assert.equal(tokenizer.isSpecial(id), special, content);
      }
      texts.forEach((text, at) => {
        assert.deepEqual(tokenizer.encode(text), ids[at], text);
        assert.equal(tokenizer.decode(ids[at]!, { skipSpecialTokens: true }), plain[at], text);
      });
    });
  }

  it('the end token of a conversation is one token, wherever it is written', async () => {
    const model = 'examples/tiny-llama';
    const folder = path.join(root, 'tiny');
    mkdirSync(folder);
    const json = JSON.parse(readFileSync(`${model}/tokenizer.json`, 'utf8')) as typeof base;
    const added_tokens = json.added_tokens.filter(({ content }) => content !== '<|eot_id|>');
    writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify({ ...json, added_tokens }));
    writeFileSync(path.join(folder, 'tokenizer_config.json'), readFileSync(`${model}/tokenizer_config.json`));
    const example = { question: 'How do I renew my passport?', answer: 'Book an appointment and pay the fee.' };
    const [whole, without] = await Promise.all([loadChatTokenizer(model), loadChatTokenizer(folder)]);
    assert.deepEqual(without.encodeExample(example, 1024), whole.encodeExample(example, 1024));
    assert.deepEqual(without.notices, []);
  });

  const damaged: readonly (readonly [string, Readonly<Record<string, unknown>>, string, RegExp])[] = [
    [
      'a list',
      { 'tokenizer_config.json': { added_tokens_decoder: [] } },
      'tokenizer_config.json',
      /added_tokens_decoder/,
    ],
    [
      'a text',
      { 'tokenizer_config.json': { added_tokens_decoder: { 7: 'x' } } },
      'tokenizer_config.json',
      /added token/,
    ],
    [
      'no id',
      { 'tokenizer_config.json': { added_tokens_decoder: { x: { content: 'x' } } } },
      'tokenizer_config.json',
      /id/,
    ],
    ['an id of 64 bits', { 'added_tokens.json': { x: 2 ** 40 } }, 'added_tokens.json', /"x"/],
  ];
  for (const [name, files, file, reason] of damaged) {
    it(`names the file that has ${name} for a token`, async () => {
      await assert.rejects(
        loadTokenizer(folderOf(name, [], files)),
        (error) => error instanceof SftError && path.basename(error.file ?? '') === file && reason.test(error.message),
      );
    });
  }
});
