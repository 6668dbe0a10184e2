import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { OUR_COLUMNS } from '../../dataset/columns';
import { readDataset } from '../../dataset/read';
import { splitThoughts } from '../../dataset/thoughts';
import { splitDataset } from '../../dataset/split/split';
import { loadChatTokenizer, type ChatTokenizer } from '../../text/chat-tokenizer';
import { temporaryFolder } from '../../../test/cli/sft';
import { encodeExamples, readEncoded, type EncodeOptions } from './encode-dataset';
import type { EncodedDatasetExample } from './encoded-example';
import { cacheFolder } from './token-cache';

const MODEL = 'examples/tiny-llama';
const script = path.resolve('dist/token-worker.js');
const folder = temporaryFolder();
const parts = { train: 0.6, validation: 0.2, test: 0.2, seed: 3, near_duplicate_threshold: 0.8 };
const own = process.env['XDG_CACHE_HOME'];

before(() => {
  process.env['XDG_CACHE_HOME'] = path.join(folder, 'cache');
});

after(() => {
  if (own === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = own;
});

/** A question and its answer as a conversation. */
function asked(question: string, answer: string): object {
  const messages = [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ];
  return { messages };
}

/** Plain questions, a category, thoughts in the answer and beside it, earlier turns, letters of many alphabets, and an answer that is cut off. */
function rows(count: number): object[] {
  const kinds = [
    (i: number): object => ({ ...asked(`Where is office ${i}?`, 'In the north.'), agency: 'DMV' }),
    (i: number): object => asked(`Wo ist Büro ${i}? 東京 🙂`, `<think>\nHm.\n</think>\n\nIm Süden ${i}.`),
    (i: number): object => ({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: `First ${i}?` },
        { role: 'assistant', content: 'One.', reasoning_content: 'I count.' },
        { role: 'user', content: 'Then?' },
        { role: 'assistant', content: 'Two.', reasoning_content: 'I count on.' },
      ],
    }),
    (i: number): object => asked(`Tell me of ${i}.`, 'It is a long story. '.repeat(40)),
  ];
  return Array.from({ length: count }, (_, i) => kinds[i % kinds.length]!(i));
}

function dataset(name: string, examples: readonly object[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, examples.map((one) => JSON.stringify(one)).join('\n'));
  return file;
}

/** What an example has, looked at thing by thing. */
function seen(example: EncodedDatasetExample): object {
  const { file, index, line, place, ids, trained, earlier, answer, totalTokens, truncatedTokens } = example;
  const { answers, trainedAnswers, droppedThoughts, joined, leftOut } = example;
  const { question, agency, history, reference, tools, turns } = example;
  const texts = [{ ids, trained }, ...earlier].map((text) => ({ ids: Array.from(text.ids), trained: text.trained }));
  const counts = { totalTokens, truncatedTokens, answers, trainedAnswers, droppedThoughts, joined, leftOut };
  return { file, index, line, place, texts, answer, ...counts, question, agency, history, reference, tools, turns };
}

/** The same, made of each example by itself. */
async function expected(file: string, chat: ChatTokenizer, maxSeqLength: number): Promise<object[]> {
  const { examples } = await readDataset(file);
  return examples.map(({ index, line, value, history = [], thoughts, tools, turns }) => {
    const { question, answer, agency } = value;
    const encoded = chat.encodeExample({ question, answer, history, thoughts, tools, turns }, maxSeqLength);
    const { ids, trained, earlier, ...known } = encoded;
    const texts = [{ ids, trained }, ...earlier].map((text) => ({ ids: Array.from(text.ids), trained: text.trained }));
    const reference = splitThoughts(answer)?.answer ?? answer;
    const place = `${file}:${line}`;
    return { file, index, line, place, texts, ...known, question, agency, history, reference, tools, turns };
  });
}

const read = (
  file: string,
  chat: ChatTokenizer,
  options: Partial<EncodeOptions> = {},
): ReturnType<typeof readEncoded> =>
  readEncoded({ file, columns: OUR_COLUMNS }, chat, { maxSeqLength: 64, parts, script, ...options });

/** Waits until the cache holds so many files and nothing is being written. */
async function kept(files: number): Promise<string[]> {
  for (let i = 0; i < 5000; i++) {
    const names = existsSync(cacheFolder()) ? readdirSync(cacheFolder()) : [];
    if (names.length === files && names.every((name) => !name.endsWith('.partial'))) return names;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the cache does not come to hold ${files} files`);
}

describe('a dataset, tokenised', () => {
  it('has of each example what the tokenizer makes of it, and the split that the texts make', async () => {
    const file = dataset('all.jsonl', rows(600));
    const chat = await loadChatTokenizer(MODEL, { enableThinking: true });
    const wanted = await expected(file, chat, 64);
    const { examples, sha256 } = await readDataset(file);
    const values = examples.map(({ value }) => value);
    for (const from of [Infinity, 1, 1]) {
      const data = await read(file, chat, { from });
      assert.deepEqual(data.encoded.map(seen), wanted);
      assert.deepEqual(data.split, splitDataset(values, parts));
      assert.equal(data.sha256, sha256);
      assert.equal(data.rows.size, 600);
      if (from === 1) await kept(1);
    }
  });

  it('tells which examples the template refuses, from the cache too', async () => {
    const called = {
      role: 'assistant',
      content: null,
      tool_calls: [{ type: 'function', function: { name: 'f', arguments: {} } }],
    };
    const examples = rows(300);
    examples[270] = { messages: [{ role: 'user', content: 'Call.' }, called] };
    const file = dataset('refused.jsonl', examples);
    const chat = await loadChatTokenizer(MODEL);
    for (const from of [Infinity, 1, 1]) {
      const { encoded, refused } = await read(file, chat, { from });
      assert.deepEqual(
        refused.map(({ index, line, error }) => [index, line, error.code]),
        [[270, 271, 'chat-template-tools']],
      );
      assert.equal(encoded.length, 299);
      assert.equal(encoded[270]!.index, 271);
      if (from === 1) await kept(2);
    }
  });

  it('reads the texts of examples without a model', async () => {
    const file = dataset('no-model.jsonl', rows(300));
    const {
      rows: texts,
      encoded,
      split,
    } = await readEncoded({ file, columns: OUR_COLUMNS }, undefined, {
      maxSeqLength: 64,
      parts,
    });
    assert.equal(encoded.length, 0);
    assert.equal(texts.record(299).value.question, 'Tell me of 299.');
    assert.equal(split!.train.length, 180);
  });

  it('packs examples that are in no file', async () => {
    const chat = await loadChatTokenizer(MODEL, { enableThinking: true });
    const file = dataset('listed.jsonl', rows(300));
    const { examples } = await readDataset(file);
    const { encoded } = encodeExamples(file, examples, chat, 64);
    assert.deepEqual(encoded.map(seen), await expected(file, chat, 64));
  });
});

describe('the cache of tokens', () => {
  it('is another for other tokens: data, limit, split, system prompt, template', async () => {
    const file = dataset('keys.jsonl', rows(300));
    const chat = await loadChatTokenizer(MODEL);
    const start = readdirSync(cacheFolder()).length;
    await read(file, chat, { from: 1 });
    await kept(start + 1);
    await read(file, chat, { from: 1, maxSeqLength: 65 });
    await read(file, chat, { from: 1, parts: { ...parts, seed: 4 } });
    await read(file, await loadChatTokenizer(MODEL, { systemPrompt: 'Be brief.' }), { from: 1 });
    await kept(start + 4);
    const other = path.join(folder, 'other');
    mkdirSync(other);
    for (const name of readdirSync(MODEL).filter((one) => !one.endsWith('.safetensors'))) {
      writeFileSync(path.join(other, name), readFileSync(path.join(MODEL, name)));
    }
    const ids = async (): Promise<number[]> =>
      Array.from((await read(file, await loadChatTokenizer(other), { from: 1 })).encoded[0]!.ids);
    const first = await ids();
    await kept(start + 5);
    writeFileSync(path.join(other, 'chat_template.jinja'), "{% for m in messages %}{{ m['content'] }}</s>{% endfor %}");
    assert.notDeepEqual(await ids(), first);
    await kept(start + 6);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n${JSON.stringify(asked('One more?', 'Yes.'))}`);
    assert.equal((await read(file, chat, { from: 1 })).encoded.length, 301);
    await kept(start + 7);
  });

  it('makes anew what is not whole, and keeps nothing of data with errors', async () => {
    const file = dataset('cut.jsonl', rows(300));
    const chat = await loadChatTokenizer(MODEL);
    const start = readdirSync(cacheFolder());
    await read(file, chat, { from: 1 });
    const name = (await kept(start.length + 1)).find((one) => !start.includes(one))!;
    const whole = path.join(cacheFolder(), name);
    const bytes = readFileSync(whole);
    for (const length of [0, 10, bytes.length >> 1, bytes.length - 1]) {
      truncateSync(whole, length);
      assert.deepEqual((await read(file, chat, { from: 1 })).encoded.map(seen), await expected(file, chat, 64));
      for (let i = 0; readFileSync(whole).length !== bytes.length && i < 5000; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.deepEqual(readFileSync(whole), bytes);
    }
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n${JSON.stringify(asked('', 'No.'))}`);
    const { findings, encoded } = await read(file, chat, { from: 1 });
    assert.equal(findings.filter(({ severity }) => severity === 'error').length, 1);
    assert.equal(encoded[299]!.question, 'Tell me of 299.');
    await kept(start.length + 1);
  });

  it('removes what a killed process left, and nothing of a living one', async () => {
    const file = dataset('left.jsonl', rows(300));
    const chat = await loadChatTokenizer(MODEL);
    const start = readdirSync(cacheFolder()).length;
    const { pid } = spawnSync(process.execPath, ['--version']);
    const left = (by: number): string => path.join(cacheFolder(), `key~${hostname()}~${by}~x.partial`);
    for (const by of [pid, process.pid]) writeFileSync(left(by), 'half');
    await read(file, chat, { from: 1 });
    assert.deepEqual([pid, process.pid].map(left).map(existsSync), [false, true]);
    rmSync(left(process.pid));
    await kept(start + 1);
  });

  it('is not made where it is switched off', async () => {
    const file = dataset('off.jsonl', rows(300));
    const chat = await loadChatTokenizer(MODEL);
    const start = readdirSync(cacheFolder()).length;
    process.env['SFT_TOKEN_CACHE'] = 'off';
    try {
      assert.equal((await read(file, chat, { from: 1 })).encoded.length, 300);
    } finally {
      delete process.env['SFT_TOKEN_CACHE'];
    }
    await read(file, chat, { from: 1, maxSeqLength: 65 });
    await kept(start + 1);
  });

  it('is done without where its folder cannot be written', async () => {
    const file = dataset('no-folder.jsonl', rows(300));
    const chat = await loadChatTokenizer(MODEL);
    const blocked = path.join(folder, 'blocked');
    writeFileSync(blocked, '');
    chmodSync(blocked, 0o400);
    process.env['XDG_CACHE_HOME'] = blocked;
    try {
      assert.deepEqual((await read(file, chat, { from: 1 })).encoded.map(seen), await expected(file, chat, 64));
    } finally {
      process.env['XDG_CACHE_HOME'] = path.join(folder, 'cache');
    }
  });
});
