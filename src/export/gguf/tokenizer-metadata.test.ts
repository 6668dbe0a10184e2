import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it, type TestContext } from 'node:test';
import { completeMerges } from '../../../test/export/sentencepiece-merges';
import { loadChatTokenizer } from '../../text/chat-tokenizer';
import type { MetadataValue } from '../../base/gguf/gguf-format';
import { tokenizerMetadata } from './tokenizer-metadata';

const TEXT = 'test/reference/text';

/** A model folder with a tokenizer and a template of the references, and what is changed in tokenizer.json. */
function modelFolder(
  t: TestContext,
  tokenizer: string,
  template: string,
  change: (json: Record<string, unknown>) => void = () => undefined,
): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-gguf-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const from = path.join(TEXT, 'tokenizers', tokenizer);
  const json = JSON.parse(readFileSync(path.join(from, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
  change(json);
  writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(json));
  copyFileSync(path.join(from, 'tokenizer_config.json'), path.join(folder, 'tokenizer_config.json'));
  copyFileSync(path.join(TEXT, 'templates', `${template}.jinja`), path.join(folder, 'chat_template.jinja'));
  return folder;
}

async function metadataOf(folder: string, rows = 700): Promise<ReadonlyMap<string, MetadataValue['value']>> {
  const chat = await loadChatTokenizer(folder);
  const { entries } = await tokenizerMetadata(folder, chat, rows);
  return new Map(entries.map(([key, { value }]) => [key, value]));
}

for (const [tokenizer, template, pre] of [
  ['llama-3', 'llama-3', 'llama-bpe'],
  ['qwen', 'qwen3', 'qwen2'],
  ['smol', 'chatml', 'smollm'],
] as const) {
  it(`${tokenizer}: names the pre-tokenizer ${pre}, and never asks for another first token`, async (t) => {
    const metadata = await metadataOf(modelFolder(t, tokenizer, template));
    assert.equal(metadata.get('tokenizer.ggml.model'), 'gpt2');
    assert.equal(metadata.get('tokenizer.ggml.pre'), pre);
    assert.equal(metadata.get('tokenizer.ggml.add_bos_token'), false);
    const [texts, types] = ['tokens', 'token_type'].map(
      (key) => metadata.get(`tokenizer.ggml.${key}`) as readonly unknown[],
    );
    assert.equal(texts!.length, 700);
    assert.deepEqual([texts![699], types![699], types![0]], ['[PAD699]', 5, 1]);
    const eot = metadata.get('tokenizer.ggml.eot_token_id') ?? metadata.get('tokenizer.ggml.eos_token_id');
    assert.equal(texts![eot as number], pre === 'llama-bpe' ? '<|eot_id|>' : '<|im_end|>');
    assert.equal(types![eot as number], 3);
  });
}

it('llama-2: refuses merges that SentencePiece would not have, and takes those that it has', async (t) => {
  await assert.rejects(metadataOf(modelFolder(t, 'llama-2', 'llama-2')), /not a SentencePiece vocabulary/);
  const metadata = await metadataOf(modelFolder(t, 'llama-2', 'llama-2', completeMerges));
  assert.equal(metadata.get('tokenizer.ggml.model'), 'llama');
  assert.equal(metadata.get('tokenizer.ggml.add_space_prefix'), true);
  assert.equal((metadata.get('tokenizer.ggml.scores') as number[]).length, 700);
});

it("Gemma's: SentencePiece without a first blank, whose cuts at blanks find none", async (t) => {
  const folder = modelFolder(t, 'llama-2', 'llama-2', (json) => {
    completeMerges(json);
    json['normalizer'] = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' };
    json['pre_tokenizer'] = {
      type: 'Split',
      pattern: { String: ' ' },
      behavior: 'MergedWithPrevious',
      invert: false,
    };
  });
  const metadata = await metadataOf(folder);
  assert.equal(metadata.get('tokenizer.ggml.model'), 'llama');
  assert.equal(metadata.get('tokenizer.ggml.add_space_prefix'), false);
});

/** The tokenizer of a family, with a template of the references. */
function familyFolder(t: TestContext, family: string, template: string): string {
  const folder = modelFolder(t, 'qwen', template);
  const from = path.join(TEXT, 'families', family);
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(path.join(from, name), path.join(folder, name));
  return folder;
}

async function blanksOf(folder: string): Promise<readonly [blanks: string, notes: readonly string[]]> {
  const { blanks, notes } = await tokenizerMetadata(folder, await loadChatTokenizer(folder), 700);
  return [blanks, notes];
}

it("special tokens that take in the blanks after them: Phi-3's, which llama.cpp knows by the model's name", async (t) => {
  const folder = familyFolder(t, 'phi3', 'phi-3');
  const json = JSON.parse(readFileSync(path.join(folder, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
  completeMerges(json);
  writeFileSync(path.join(folder, 'tokenizer.json'), JSON.stringify(json));
  assert.deepEqual(await blanksOf(folder), ['named', []]);
  assert.deepEqual((await blanksOf(modelFolder(t, 'qwen', 'qwen3')))[0], 'none');
});

it('others are taken where the template writes no blanks there', async (t) => {
  const folder = familyFolder(t, 'phi4-mini', 'phi-3');
  await assert.rejects(
    blanksOf(folder),
    /its token <\|system\|> takes in the blanks after it, and llama\.cpp keeps them/,
  );
  const template = readFileSync(path.join(folder, 'chat_template.jinja'), 'utf8').replaceAll('\\n', '');
  writeFileSync(path.join(folder, 'chat_template.jinja'), template);
  const [blanks, notes] = await blanksOf(folder);
  assert.equal(blanks, 'unwritten');
  assert.deepEqual(
    notes.map((note) => /spaces|combining marks/.exec(note)![0]),
    ['spaces', 'combining marks'],
  );
  assert.equal((await metadataOf(folder)).get('tokenizer.ggml.pre'), 'gpt-4o');
});

it("OLMo 2's: a pattern whose rest is removed cuts as one that isolates what it finds", async (t) => {
  const metadata = await metadataOf(familyFolder(t, 'olmo2', 'chatml'));
  assert.equal(metadata.get('tokenizer.ggml.pre'), 'llama-bpe');
});

it('refuses a Unigram tokenizer', async (t) => {
  const folder = modelFolder(t, 'llama-2', 'llama-2');
  copyFileSync(path.join(TEXT, 'families', 'unigram-bytes', 'tokenizer.json'), path.join(folder, 'tokenizer.json'));
  await assert.rejects(
    metadataOf(folder),
    /its tokenizer is Unigram, and llama\.cpp cuts the texts of its model otherwise/,
  );
});

it('refuses a pre-tokenizer that llama.cpp does not have', async (t) => {
  const folder = modelFolder(t, 'qwen', 'qwen3', (json) => {
    json['pre_tokenizer'] = { type: 'ByteLevel', add_prefix_space: true, use_regex: true };
  });
  await assert.rejects(metadataOf(folder), /llama\.cpp has no pre-tokenizer that does what this one does/);
});
