import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { follow, sft, smallConfig, temporaryFolder, type Line } from './sft';

const folder = temporaryFolder();
const QUICK = {
  max_steps: 3,
  warmup_steps: 0,
  save_steps: null,
  eval_steps: null,
  eval_examples: 2,
  max_new_tokens: 2,
};

async function train(name: string, values: Readonly<Record<string, unknown>>): Promise<readonly Line[]> {
  const config = smallConfig(folder, { ...QUICK, ...values });
  const { code, lines, err } = await follow(['train', config, '--run', path.join(folder, name)], () => undefined);
  assert.equal(code, 0, err);
  return lines;
}

const adapter = (run: string): Buffer => readFileSync(path.join(folder, run, 'adapter', 'adapter_model.safetensors'));
const evaluation = (run: string): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(path.join(folder, run, 'evaluation.json'), 'utf8')) as Readonly<Record<string, unknown>>;

interface Measured {
  readonly examples: number;
  readonly base: number;
  readonly tuned: number;
}

describe('retention', () => {
  let lines: readonly Line[] = [];
  before(async () => {
    lines = await train('measured', {});
  });

  it('is measured before and after unless it is switched off: in an event, in evaluation.json, in the table', () => {
    const event = lines.find(({ type }) => type === 'retention')!;
    const { examples, base, tuned } = event as unknown as Measured;
    assert.equal(examples, 40);
    assert.ok(base > 1 && tuned > 1 && base !== tuned, `${base} ${tuned}`);
    assert.deepEqual(evaluation('measured')['retention'], { examples, base, tuned });
    const again = sft(['evaluate', path.join(folder, 'measured'), '--answers', '0']);
    assert.match(again.out, new RegExp(`general text: loss ${base.toFixed(2)} to ${tuned.toFixed(2)}, `));
    assert.deepEqual(evaluation('measured')['retention'], { examples, base, tuned });
  });

  it('changes nothing of what is trained, and nothing is told of it where it is off', async () => {
    const off = await train('off', { retention: false });
    assert.deepEqual(adapter('off'), adapter('measured'));
    assert.equal(
      off.find(({ type }) => type === 'retention'),
      undefined,
    );
    assert.equal(evaluation('off')['retention'], null);
    const losses = (run: readonly Line[]): unknown[] =>
      run.filter(({ type }) => type === 'step').map((one) => one['loss']);
    assert.deepEqual(losses(off), losses(lines));
  });

  it('is measured also where there is no test part', async () => {
    const told = await train('no-test', { split: { train: 0.9, validation: 0.1 } });
    assert.equal(told.at(-1)?.['evaluation'], null);
    assert.ok(told.some(({ type }) => type === 'retention'));
  });

  it('mixes general questions in, and names the file that changed where one goes on', async () => {
    const own = path.join(folder, 'general.json');
    const questions = Array.from({ length: 8 }, (_, at) => ({
      question: `How much is ${at} and one?`,
      answer: `${at + 1}.`,
    }));
    writeFileSync(own, JSON.stringify(questions));
    const told = await train('mixed', {
      retention_mix: 0.25,
      retention_dataset: 'general.json',
      max_steps: null,
      num_train_epochs: 1,
    });
    const start = told.find(({ type }) => type === 'start')!;
    // 48 of the 60 examples, and a third as many general ones.
    assert.deepEqual([start['train_examples'], start['total_steps']], [64, 8]);
    assert.equal(told.find(({ type }) => type === 'retention')?.['examples'], 4);
    writeFileSync(own, JSON.stringify(questions.slice(1)));
    const changed = sft(['evaluate', path.join(folder, 'mixed')]);
    assert.equal(changed.code, 1);
    assert.match(changed.err, /general\.json/);
  });

  it('counts what is mixed in before training as it does in training', async () => {
    const told = await train('counted', { retention_mix: 0.25, max_steps: 1, per_device_batch_size: 2 });
    const { message, remedy } = told.find(({ code }) => code === 'unseen-examples')!;
    assert.match(String(message), / of 64 training examples, 16 of them general/);
    const { code, out, err } = sft(['preflight', path.join(folder, 'sft.config.json'), '--no-time', '--json']);
    assert.equal(code, 0, err);
    assert.ok(out.includes(`${String(message)} - ${String(remedy)}`), out);
  });

  it('is refused in words at its line', () => {
    const config = smallConfig(folder, { retention_mix: 0.9, retention_dataset: 'nowhere.json' });
    const { code, err } = sft(['train', config]);
    assert.equal(code, 2);
    assert.match(
      err,
      /sft\.config\.json:\d+:\d+ .*retention_mix must be a number of at least 0 and up to 0\.5, not 0\.9/,
    );
    assert.match(err, /retention_dataset: .*nowhere\.json does not exist - write the path of general questions/);
  });
});
