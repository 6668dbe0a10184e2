import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { atLeastOne } from '../../test/at-least-one';
import { adaptExample } from '../dataset/formats/adapt';
import type { EncodedText } from './chat-tokenizer';
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

describe('tokens and trained tokens, against the training templates of TRL', () => {
  for (const example of atLeastOne(examples)) {
    it(`${example.family}, conversation ${example.conversation}`, async () => {
      const dir = await mkdtemp(path.join(folder, 'model-'));
      for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
        await copyFile(`${FIXTURES}/tokenizers/${example.tokenizer}/${name}`, path.join(dir, name));
      }
      await copyFile(`${FIXTURES}/templates/${example.template}.jinja`, path.join(dir, 'chat_template.jinja'));
      const chat = (await loadChatTokenizer(dir, { now: new Date(now) })).thinking(example.thinking);
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
