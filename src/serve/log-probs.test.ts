import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ServedModel, TOKEN, type Reply } from '../../test/served-model';

interface Likely {
  readonly id: number;
  readonly logprob: number;
  readonly top: readonly (readonly [id: number, logprob: number])[];
}

interface Case {
  readonly text?: string;
  readonly ids: readonly number[];
  /** Of every token but the first, and of the greedy one after them. */
  readonly likely: readonly Likely[];
}

interface TextLogProbs {
  readonly tokens: readonly string[];
  readonly token_logprobs: readonly (number | null)[];
  readonly top_logprobs: readonly (Readonly<Record<string, number>> | null)[];
  readonly text_offset: readonly number[];
}

interface Choice {
  readonly index: number;
  readonly text: string;
  readonly logprobs: TextLogProbs;
  readonly finish_reason: string;
}

/** The last piece of a choice has none. */
type StreamedChoice = Omit<Choice, 'logprobs'> & { readonly logprobs: TextLogProbs | null };

/** What transformers computes, see log_probs.py. */
const REFERENCE = JSON.parse(readFileSync(path.resolve('test/reference/log_probs.json'), 'utf8')) as {
  readonly top: number;
  readonly cases: readonly Case[];
};
const BAR = 1e-4;
/** As lm-evaluation-harness asks. */
const ASKED = { model: 'base', temperature: 0, max_tokens: 1, logprobs: 1, seed: 1234, echo: true };

const close = (actual: number | null | undefined, expected: number, where: string): void => {
  assert.ok(Math.abs(actual! - expected) < BAR, `${where}: ${actual}, not ${expected}`);
};

describe('log probabilities of the server', () => {
  let served: ServedModel;
  before(async () => {
    served = await ServedModel.start();
  });
  after(() => served.stop());

  const choicesOf = ({ status, json }: Reply): readonly Choice[] => {
    assert.equal(status, 200, JSON.stringify(json));
    return json['choices'] as readonly Choice[];
  };
  const complete = async (fields: object): Promise<readonly Choice[]> =>
    choicesOf(await served.post('/v1/completions', { ...ASKED, ...fields }));

  it("gives each token of several prompts transformers' log probability and likeliest tokens", async () => {
    const choices = await complete({ prompt: REFERENCE.cases.map(({ ids }) => ids), logprobs: REFERENCE.top });
    assert.deepEqual(
      choices.map(({ index }) => index),
      REFERENCE.cases.map((_, i) => i),
    );
    for (const [i, { ids, likely }] of REFERENCE.cases.entries()) {
      const { token_logprobs: given, top_logprobs: top } = choices[i]!.logprobs;
      // With the one that was written, the stop token too: the harness leaves the last one out.
      assert.deepEqual([given.length, top.length], [ids.length + 1, ids.length + 1]);
      assert.deepEqual([given[0], top[0]], [null, null]);
      for (const [at, expected] of likely.entries()) {
        const where = `prompt ${i}, token ${at + 1}`;
        close(given[at + 1], expected.logprob, where);
        const values = Object.values(top[at + 1]!).sort((a, b) => b - a);
        expected.top.forEach(([, logprob], place) => {
          close(values[place], logprob, `${where}, place ${place}`);
        });
        // Greedy where it is the largest, as the harness looks.
        const greedy = expected.top[0]![0] === expected.id;
        assert.equal(given[at + 1] === Math.max(...values), greedy, where);
      }
    }
    assert.ok(choices.some(({ finish_reason }) => finish_reason === 'stop'));
    assert.ok(choices.some(({ finish_reason }) => finish_reason === 'length'));
  });

  it('gives a prompt what it gets alone, as text and as ids, streamed or whole, with the next token or without', async () => {
    const texts = REFERENCE.cases.filter(({ text }) => text !== undefined);
    assert.ok(texts.length > 2);
    const asTexts = await complete({ prompt: texts.map(({ text }) => text) });
    for (const [i, { text, ids }] of texts.entries()) {
      const [alone] = await complete({ prompt: ids });
      assert.deepEqual({ ...asTexts[i], index: 0 }, alone);
      const [withoutNext] = await complete({ prompt: [text], max_tokens: 0 });
      assert.equal(withoutNext!.text, text);
      const { logprobs } = alone!;
      for (const [name, list] of Object.entries(withoutNext!.logprobs)) {
        assert.deepEqual(list, logprobs[name as keyof TextLogProbs].slice(0, ids.length), name);
      }
      assert.deepEqual(
        logprobs.tokens.slice(0, ids.length).map((_, at) => alone!.text.slice(logprobs.text_offset[at])[0]),
        logprobs.text_offset.slice(0, ids.length).map((offset) => text![offset]),
      );
    }
    const streamed = await stream({ prompt: texts.map(({ text }) => text), max_tokens: 3 });
    const whole = await complete({ prompt: texts.map(({ text }) => text), max_tokens: 3 });
    assert.deepEqual(streamed, whole);
  });

  it('says how likely an answer is without its prompt, and changes nothing in it', async () => {
    const fields = { prompt: 'The town', max_tokens: 12, echo: false, temperature: 0.8, seed: 5 };
    const [plain] = await complete({ ...fields, logprobs: null });
    assert.equal(plain!.logprobs, null);
    const [rated] = await complete({ ...fields, logprobs: 0 });
    assert.deepEqual([rated!.text, rated!.finish_reason], [plain!.text, plain!.finish_reason]);
    assert.equal(rated!.logprobs.tokens.join(''), rated!.text);
    // Only the token itself where no others are asked for.
    for (const [i, one] of rated!.logprobs.top_logprobs.entries()) {
      assert.deepEqual(one, { [rated!.logprobs.tokens[i]!]: rated!.logprobs.token_logprobs[i] });
    }
  });

  it('rates the tokens of a chat answer, but not the one that ends it', async () => {
    const { json } = await served.chat({ temperature: 0, max_tokens: 60, logprobs: true, top_logprobs: 2 });
    const [choice] = json['choices'] as {
      readonly message: { readonly content: string };
      readonly finish_reason: string;
      readonly logprobs: {
        readonly content: readonly { token: string; logprob: number; bytes: number[]; top_logprobs: unknown[] }[];
      };
    }[];
    const { content } = choice!.logprobs;
    assert.ok(content.length > 3);
    const bytes = Buffer.from(content.flatMap((one) => one.bytes)).toString('utf8');
    assert.equal(bytes, choice!.message.content);
    for (const { token, logprob, bytes: own, top_logprobs: top } of content) {
      // The answer is greedy.
      assert.deepEqual(top[0], { token, logprob, bytes: own });
      assert.equal(top.length, 2);
    }
  });

  /** The choices of a stream, its pieces joined. */
  function stream(fields: object): Promise<readonly Choice[]> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        `${served.url}/completions`,
        { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
          response.on('end', () => {
            resolve(joined(text));
          });
        },
      );
      request.on('error', reject);
      request.end(JSON.stringify({ ...ASKED, ...fields, stream: true }));
    });
  }

  function joined(text: string): readonly Choice[] {
    const lines = text.split('\n').filter((line) => line.startsWith('data: {'));
    const all: Choice[] = [];
    for (const line of lines) {
      const [piece] = (JSON.parse(line.slice('data: '.length)) as { readonly choices: readonly StreamedChoice[] })
        .choices;
      const { index, logprobs } = piece!;
      const before = all[index];
      all[index] = {
        index,
        text: (before?.text ?? '') + piece!.text,
        logprobs: logprobs === null ? before!.logprobs : appended(before?.logprobs, logprobs),
        finish_reason: piece!.finish_reason,
      };
    }
    return all;
  }

  function appended(before: TextLogProbs | undefined, more: TextLogProbs): TextLogProbs {
    return {
      tokens: [...(before?.tokens ?? []), ...more.tokens],
      token_logprobs: [...(before?.token_logprobs ?? []), ...more.token_logprobs],
      top_logprobs: [...(before?.top_logprobs ?? []), ...more.top_logprobs],
      text_offset: [...(before?.text_offset ?? []), ...more.text_offset],
    };
  }
});
