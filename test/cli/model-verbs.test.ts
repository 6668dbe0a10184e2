import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { MODEL, sft, smallConfig, smallDataset, temporaryFolder, type Finished } from './sft';

const folder = temporaryFolder();
const run = path.join(folder, 'run');

function json(finished: Finished): Record<string, unknown> {
  assert.equal(finished.code, 0, finished.err);
  return JSON.parse(finished.out) as Record<string, unknown>;
}

interface Generated {
  readonly text: string;
  readonly token_ids: number[];
  readonly stop: string;
}

const generate = (...args: string[]): Generated =>
  json(
    sft(['generate', '--model', MODEL, '--prompt', 'What is a receipt?', '--json', ...args]),
  ) as unknown as Generated;

describe('verbs that run a model', () => {
  before(() => {
    const trained = sft(['train', smallConfig(folder, { max_steps: 6 }), '--run', run]);
    assert.equal(trained.code, 0, trained.err);
  });

  it('generate: greedy is the same every time, and ends cleanly every time', () => {
    const first = generate('--max-new-tokens', '6');
    assert.ok(first.token_ids.length > 0 && first.token_ids.length <= 6);
    // The pool's threads may still run while the process ends: once this crashed two times in five.
    for (let i = 0; i < 15; i++) assert.deepEqual(generate('--max-new-tokens', '6'), first);
  });

  it('generate: sampling follows the seed', () => {
    const options = ['--temperature', '1.5', '--max-new-tokens', '12'];
    const first = generate(...options, '--seed', '1');
    assert.deepEqual(generate(...options, '--seed', '1'), first);
    assert.notDeepEqual(generate(...options, '--seed', '2').token_ids, first.token_ids);
  });

  it('generate: the text is what the tokens spell, streamed or not', () => {
    const { text } = generate('--max-new-tokens', '20');
    const plain = sft(['generate', '--model', MODEL, '--prompt', 'What is a receipt?', '--max-new-tokens', '20']);
    assert.equal(plain.out, `${text}\n`);
  });

  it('score: counts as `sft count` does, and the tuned model is less surprised by what it trained on', () => {
    const data = smallDataset(folder, 60);
    const count = json(sft(['count', data, '--model', MODEL, '--json']));
    const base = json(sft(['score', data, '--model', MODEL, '--json']));
    const tuned = json(sft(['score', data, '--model', MODEL, '--adapter', path.join(run, 'adapter'), '--json']));
    const pick = (result: Record<string, unknown>): unknown =>
      (result['examples'] as { index: number; tokens: number; trained: number }[]).map((e) => [
        e.index,
        e.tokens,
        e.trained,
      ]);
    assert.deepEqual(pick(base), pick(count));
    assert.ok((tuned['nll'] as number) < (base['nll'] as number));
    const examples = base['examples'] as { nll: number; trained: number }[];
    const nll = examples.reduce((sum, e) => sum + e.nll, 0);
    const trained = examples.reduce((sum, e) => sum + e.trained, 0);
    assert.ok(Math.abs((base['nll'] as number) - nll) < 1e-6 * nll);
    assert.ok(Math.abs((base['perplexity'] as number) - Math.exp(nll / trained)) < 1e-6 * Math.exp(nll / trained));
  });

  it('evaluate: gives what the run recorded, how it was taken, and no interval for so few examples', () => {
    const recorded = JSON.parse(readFileSync(path.join(run, 'evaluation.json'), 'utf8')) as Record<string, unknown>;
    const evaluation = json(sft(['evaluate', run, '--json']));
    assert.deepEqual(evaluation, recorded);
    for (const name of ['base', 'tuned'] as const) {
      const { rouge1, rougeL } = evaluation[name] as Record<string, { f1: number; low: null; high: null }>;
      assert.deepEqual([rouge1!.low, rouge1!.high], [null, null]);
      assert.ok(rougeL!.f1 <= rouge1!.f1);
      const { cut, answer_words, count } = evaluation[name] as Record<string, number>;
      assert.ok(cut! >= 0 && cut! <= count! && answer_words! >= 0);
    }
  });

  const talk = (input: string, ...options: string[]): (Generated & { readonly model?: string })[] => {
    const { code, out, err } = sft(['chat', run, '--json', '--max-new-tokens', '6', ...options], input);
    assert.equal(code, 0, err);
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Generated);
  };

  it('chat: answers each line, remembers the conversation, and forgets on /new', () => {
    const answers = talk('What is a fee?\nWhy?\n/new\nWhat is a fee?\n/exit\n');
    assert.equal(answers.length, 3);
    assert.deepEqual(answers[2], answers[0]);
    assert.deepEqual(talk('What is a fee?\n')[0], answers[0]);
  });

  it('chat: takes a question back, takes another system message, and tells what is no command', () => {
    const first = talk('What is a fee?\n')[0];
    const [, , again, brief, plain] = talk(
      'What is a fee?\nWhy?\n/undo\n/undo\nWhat is a fee?\n/system Answer in one word: fee.\nWhat is a fee?\n/system\nWhat is a fee?\n',
    );
    assert.deepEqual(again, first);
    assert.notDeepEqual(brief, first);
    assert.deepEqual(plain, first);
    const { out, err } = sft(['chat', run, '--json', '--max-new-tokens', '6'], '/undo\n/help\n/quit\n');
    assert.equal(out, '');
    for (const said of ['there is no question', '/system TEXT', '/quit is not a command'])
      assert.ok(err.includes(said), err);
  });

  it('chat: lets base and tuned model answer, each with its own conversation', () => {
    const both = talk('What is a fee?\nWhy?\n', '--both');
    assert.deepEqual(
      both.map(({ model }) => model),
      ['base', 'tuned', 'base', 'tuned'],
    );
    for (const [at, options] of [
      [0, ['--base']],
      [1, []],
    ] as const) {
      const alone = talk('What is a fee?\nWhy?\n', ...options);
      assert.deepEqual(
        both.filter((_, i) => i % 2 === at).map(({ text }) => text),
        alone.map(({ text }) => text),
      );
    }
    assert.equal(sft(['chat', run, '--base', '--both'], '').code, 2);
  });

  it('devices: names the processor', () => {
    const devices = JSON.parse(sft(['devices', '--json']).out) as { kind: string; available: boolean }[];
    assert.equal(devices[0]!.kind, 'cpu');
    assert.equal(devices[0]!.available, true);
  });
});
