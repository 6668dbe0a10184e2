import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { atLeastOne } from '../../test/at-least-one';
import { DatasetChecker } from '../dataset/check';
import type { DatasetExample } from '../dataset/example';
import { adaptExample } from '../dataset/formats/adapt';
import type { ChatTokenizer, EncodedText } from './chat-tokenizer';
import { loadChatTokenizer } from './chat-tokenizer';

const FIXTURES = 'test/reference/text';

interface Text {
  readonly tokens: number;
  readonly ids: string;
  readonly spans: readonly (readonly [number, number])[];
}

interface Fixture {
  readonly now: string;
  readonly examples: readonly {
    readonly family: string;
    readonly tokenizer: string;
    readonly template: string;
    readonly conversation: number;
    readonly messages: readonly object[];
    readonly thinking: boolean;
    /** Tokens of TRL's one text. */
    readonly trl: number;
    /** Of each answer. */
    readonly trained: readonly number[];
    readonly texts: readonly Text[];
  }[];
}

const { now, examples } = JSON.parse(readFileSync(`${FIXTURES}/trl.json`, 'utf8')) as Fixture;
const tools = JSON.parse(readFileSync(`${FIXTURES}/trl-tools.json`, 'utf8')) as {
  readonly examples: readonly (Omit<Fixture['examples'][number], 'messages'> & { readonly line: string })[];
};

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sft-trl-'));
});
after(() => rm(folder, { recursive: true }));

const digest = (ids: Int32Array): string => createHash('sha256').update(ids.join(',')).digest('hex').slice(0, 12);
const seen = ({ ids, trained }: EncodedText): Text => ({
  tokens: ids.length,
  ids: digest(ids),
  spans: trained.map(({ from, to }) => [from, to] as const),
});

async function open({
  tokenizer,
  template,
  thinking,
}: Omit<Fixture['examples'][number], 'messages'>): Promise<ChatTokenizer> {
  const dir = await mkdtemp(path.join(folder, 'model-'));
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await copyFile(`${FIXTURES}/tokenizers/${tokenizer}/${name}`, path.join(dir, name));
  }
  await copyFile(`${FIXTURES}/templates/${template}.jinja`, path.join(dir, 'chat_template.jinja'));
  return (await loadChatTokenizer(dir, { now: new Date(now) })).thinking(thinking);
}

/** The example of a line of a dataset. */
function read(line: string): DatasetExample {
  const checker = new DatasetChecker('a.jsonl', { rules: [] });
  const [item] = [...checker.push(line), ...checker.finish()];
  assert.ok(item?.type === 'example', JSON.stringify(item));
  return item.example;
}

describe('tokens and trained tokens, against the training templates of TRL', () => {
  for (const example of atLeastOne(examples)) {
    it(`${example.family}, conversation ${example.conversation}`, async () => {
      const chat = await open(example);
      const { value, ...rest } = adaptExample('messages', { messages: example.messages });
      const conversation = { question: value.question, answer: value.answer, ...rest };
      const all = chat.encodeExample(conversation, 4096);
      assert.deepEqual([...all.earlier, all].map(seen), example.texts);
      // One text is TRL's own.
      if (example.texts.length === 1) assert.equal(all.totalTokens, example.trl);
      assert.equal(all.trainedAnswers, example.trained.length);
      assert.equal(all.droppedThoughts, 0);
      const whole = example.texts.at(-1)!;
      const last = chat.training('last').encodeExample(conversation, 4096);
      assert.deepEqual([...last.earlier, last].map(seen), [{ ...whole, spans: whole.spans.slice(-1) }]);
    });
  }
});

describe('tokens and trained tokens of conversations that call tools, against the templates of transformers and TRL', () => {
  for (const example of atLeastOne(tools.examples)) {
    it(`${example.family}, conversation ${example.conversation}`, async () => {
      const chat = await open(example);
      const { value, ...rest } = read(example.line);
      const conversation = { question: value.question, answer: value.answer, ...rest };
      const all = chat.encodeExample(conversation, 4096);
      assert.deepEqual([...all.earlier, all].map(seen), example.texts);
      if (example.texts.length === 1) assert.equal(all.totalTokens, example.trl);
      assert.equal(all.trainedAnswers, example.trained.length);
      assert.equal(all.droppedThoughts, 0);
      assert.equal(all.leftOut, undefined);
      // It is asked with the very ids that the answer is trained behind.
      const asked = chat.encodeQuestion(conversation);
      assert.deepEqual(asked, [...all.ids.subarray(0, asked.length)]);
      assert.ok(all.answer[0]!.from >= asked.length);
      const whole = example.texts.at(-1)!;
      const last = chat.training('last').encodeExample(conversation, 4096);
      assert.deepEqual([...last.earlier, last].map(seen), [{ ...whole, spans: whole.spans.slice(-1) }]);
    });
  }
});
