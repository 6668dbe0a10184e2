import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { createRandom } from '../../src/base/random';
import { readSafetensorsHeader } from '../../src/base/safetensors';
import { mountSmallDisk, NO_SMALL_DISK } from '../small-disk';
import { follow, sft, smallConfig, temporaryFolder, type Finished, type Line } from './sft';
import { NO_SIGNALS } from '../system-limits';

const folder = temporaryFolder();
const config = smallConfig(folder);
const whole = path.join(folder, 'whole');
const result = (run: string): Buffer => readFileSync(path.join(run, 'adapter', 'adapter_model.safetensors'));
const numbers = (lines: readonly Line[], type: string, key: string): number[] =>
  lines.filter((line) => line.type === type).map((line) => line[key] as number);

/** Every checkpoint of the run is whole: its weights and moments can be read, and nothing half-written has its name. */
function checkpointsAreWhole(run: string): void {
  const folder = path.join(run, 'checkpoints');
  const names = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => /^(step-\d+|best)$/.test(name));
  for (const name of names) {
    const inside = path.join(run, 'checkpoints', name);
    readSafetensorsHeader(path.join(inside, 'adapter_model.safetensors'));
    if (name === 'best') continue;
    readSafetensorsHeader(path.join(inside, 'optimizer.safetensors'));
    assert.equal(
      (JSON.parse(readFileSync(path.join(inside, 'trainer_state.json'), 'utf8')) as { step: number }).step,
      Number(name.slice(5)),
    );
  }
}

function isDone(run: string): boolean {
  const file = path.join(run, 'state.json');
  return existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { status: string }).status === 'done';
}

describe('sft train', () => {
  let lines: readonly Line[] = [];
  before(async () => {
    const run = await follow(['train', config, '--run', whole], () => undefined);
    assert.equal(run.code, 0, run.err);
    lines = run.lines;
  });

  it('gives the events of the contract, and the run folder holds the same', () => {
    assert.equal(lines[0]!.type, 'start');
    assert.deepEqual(
      numbers(lines, 'step', 'step'),
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    assert.deepEqual(numbers(lines, 'evaluation', 'step'), [3, 6, 9, 12]);
    assert.deepEqual(numbers(lines, 'checkpoint', 'step'), [2, 4, 6, 8, 10, 12]);
    for (const key of ['loss', 'learning_rate', 'grad_norm', 'tokens', 'tokens_per_second']) {
      assert.ok(numbers(lines, 'step', key).every(Number.isFinite), key);
    }
    const done = lines.at(-1)!;
    assert.equal(done.type, 'done');
    assert.equal(done['adapter'], path.join(whole, 'adapter'));
    const logged = readFileSync(path.join(whole, 'events.jsonl'), 'utf8').trim().split('\n');
    assert.deepEqual(
      logged.map((line) => JSON.parse(line) as unknown),
      lines,
    );
    assert.equal(
      (JSON.parse(readFileSync(path.join(whole, 'state.json'), 'utf8')) as { status: string }).status,
      'done',
    );
  });

  it('lowers the loss', () => {
    const losses = numbers(lines, 'evaluation', 'loss');
    assert.ok(losses.at(-1)! < losses[0]!, losses.join(' '));
  });

  it('evaluates base and tuned on the test part, with every prediction in its place', () => {
    const evaluation = JSON.parse(readFileSync(path.join(whole, 'evaluation.json'), 'utf8')) as Record<
      string,
      { count: number; loss: number }
    >;
    const predictions = readFileSync(path.join(whole, 'predictions.jsonl'), 'utf8').trim().split('\n');
    assert.equal(predictions.length, evaluation['base']!.count);
    assert.ok(evaluation['tuned']!.loss < evaluation['base']!.loss);
    const data = JSON.parse(readFileSync(path.join(folder, 'data.json'), 'utf8')) as {
      question: string;
      answer: string;
    }[];
    for (const text of predictions) {
      const { index, question, reference } = JSON.parse(text) as { index: number; question: string; reference: string };
      assert.deepEqual([question, reference], [data[index]!.question, data[index]!.answer]);
    }
  });

  it('gives the same adapter to the bit when run again', async () => {
    const again = path.join(folder, 'again');
    assert.equal((await follow(['train', config, '--run', again], () => undefined)).code, 0);
    assert.deepEqual(result(again), result(whole));
  });

  it('saves and ends on Ctrl-C, and resumes to the same adapter', { skip: NO_SIGNALS }, async () => {
    const run = path.join(folder, 'stopped');
    const first = await follow(['train', config, '--run', run], (line, signal) => {
      if (line.type === 'step' && line['step'] === 5) signal('SIGINT');
    });
    assert.equal(first.code, 0, first.err);
    const last = first.lines.at(-1)!;
    assert.equal(last.type, 'stopped');
    assert.ok(existsSync(path.join(run, 'checkpoints', `step-${last['step'] as number}`)));
    const second = await follow(['train', config, '--run', run, '--resume'], () => undefined);
    assert.equal(second.code, 0, second.err);
    assert.equal(second.lines[0]!['resumed_from'], last['step']);
    assert.deepEqual(result(run), result(whole));
  });

  it('survives kill -9 at any moment, saves included, and resumes to the same adapter', async () => {
    const random = createRandom(4);
    let kills = 0;
    for (let runs = 0; kills < 8; runs++) {
      const run = path.join(folder, `killed-${runs}`);
      while (!isDone(run)) {
        // A save begins as soon as the event of an even step is out: these kills fall into it.
        const at = 1 + random.below(9);
        let seen = 0;
        const args = ['train', config, '--run', run, ...(existsSync(path.join(run, 'run.json')) ? ['--resume'] : [])];
        const { code, signal, err } = await follow(args, (_, send) => {
          seen += 1;
          if (seen === at) send('SIGKILL');
        });
        if (signal === 'SIGKILL') {
          kills += 1;
          checkpointsAreWhole(run);
        } else {
          assert.equal(code, 0, err);
        }
      }
      assert.deepEqual(result(run), result(whole));
    }
  });

  it('a full disk while saving fails the run and leaves the former checkpoint whole', (t) => {
    const disk = mountSmallDisk(path.join(folder, 'disk'), '9m');
    if (disk === undefined) {
      t.skip(NO_SMALL_DISK);
      return;
    }
    try {
      const run = path.join(disk.path, 'run');
      const failed = sft(['train', config, '--run', run]);
      assert.equal(failed.code, 1, failed.err);
      assert.match(failed.err, /the disk is full.*free some space/);
      checkpointsAreWhole(run);
      assert.ok(readdirSync(path.join(run, 'checkpoints')).includes('step-2'));
    } finally {
      disk.unmount();
    }
  });

  it('refuses a run folder that has a run, one that is in use, and a finished run', async () => {
    const taken = sft(['train', config, '--run', whole]);
    assert.equal(taken.code, 1);
    assert.match(taken.err, /this folder already contains a run/);
    const done = sft(['train', config, '--run', whole, '--resume']);
    assert.equal(done.code, 1);
    assert.match(done.err, /already complete/);
    const run = path.join(folder, 'in-use');
    const used: Finished[] = [];
    const { code, err } = await follow(['train', config, '--run', run], (line) => {
      if (line.type === 'step' && line['step'] === 3) used.push(sft(['train', config, '--run', run, '--resume']));
    });
    assert.equal(code, 0, err);
    assert.deepEqual(
      used.map((other) => other.code),
      [1],
    );
    assert.match(used[0]!.err, /the run is already being written by process \d+/);
    assert.deepEqual(result(run), result(whole), 'the run did not notice');
  });

  it('refuses to resume on a dataset that has changed', { skip: NO_SIGNALS }, async () => {
    const own = temporaryFolder();
    const run = path.join(own, 'run');
    const small = smallConfig(own);
    const stopped = await follow(['train', small, '--run', run], (line, signal) => {
      if (line.type === 'step' && line['step'] === 2) signal('SIGINT');
    });
    assert.equal(stopped.lines.at(-1)?.type, 'stopped', stopped.err);
    const data = path.join(own, 'data.json');
    writeFileSync(data, readFileSync(data, 'utf8').replace('?', '??'));
    const { code, err } = sft(['train', '--run', run, '--resume']);
    assert.equal(code, 1);
    assert.match(err, /the dataset is not the one this run was started with/);
  });

  it('full fine-tuning gives a model folder that generates', async () => {
    const own = temporaryFolder();
    const full = smallConfig(own, {
      training_type: 'full',
      max_steps: 4,
      learning_rate: 1e-4,
      save_steps: null,
      lora_dropout: 0,
    });
    const run = path.join(own, 'run');
    const { code, err } = await follow(['train', full, '--run', run], () => undefined);
    assert.equal(code, 0, err);
    const answer = sft([
      'generate',
      '--model',
      path.join(run, 'model'),
      '--prompt',
      'What is CAC?',
      '--max-new-tokens',
      '4',
      '--json',
    ]);
    assert.equal(answer.code, 0, answer.err);
    assert.equal((JSON.parse(answer.out) as { token_ids: number[] }).token_ids.length > 0, true);
  });

  it('early stopping keeps the best weights', async () => {
    const own = temporaryFolder();
    // So high a learning rate that the validation loss rises after its first measurement.
    const wild = smallConfig(own, {
      learning_rate: 0.3,
      warmup_steps: 6,
      eval_steps: 1,
      early_stopping_patience: 2,
      lora_dropout: 0,
    });
    const run = path.join(own, 'run');
    const { code, lines: events, err } = await follow(['train', wild, '--run', run], () => undefined);
    assert.equal(code, 0, err);
    const evaluations = events.filter((event) => event.type === 'evaluation');
    assert.ok(evaluations.length < 12, 'stopped early');
    assert.deepEqual(result(run), readFileSync(path.join(run, 'checkpoints', 'best', 'adapter_model.safetensors')));
  });

  it('names the example whose loss is no number', () => {
    const own = temporaryFolder();
    const diverging = smallConfig(own, { learning_rate: 1, warmup_steps: 0, max_grad_norm: 0, lora_alpha: 1e20 });
    const failed = sft(['train', diverging]);
    assert.equal(failed.code, 1, failed.err);
    assert.match(failed.err, /data\.json:\d+ .*(loss of this example|gradient norm).*(NaN|Infinity)/);
  });
});
