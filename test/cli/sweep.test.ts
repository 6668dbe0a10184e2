import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { RunFolder } from '../../src/runs/folder/run-folder';
import { readRun } from '../../src/runs/read-runs';
import { siblingsOf, sweptValues } from '../../src/runs/sweep/siblings';
import { follow, sft, smallConfig, temporaryFolder, type Line } from './sft';

const folder = temporaryFolder();
const QUICK = {
  max_steps: 3,
  warmup_steps: 0,
  save_steps: 1,
  eval_steps: null,
  eval_examples: 2,
  max_new_tokens: 2,
  retention: false,
};
const SWEEP = { ...QUICK, sweep: { learning_rate: [1e-4, 1e-3], lora_r: [4, 8] } };

interface Told {
  readonly label: string;
  readonly run: string;
  readonly status: string;
}

const runsOf = (lines: readonly Line[]): readonly Told[] => lines.at(-1)!['runs'] as readonly Told[];
const adapters = (runs: readonly Told[]): number[] =>
  runs.map(({ run }) => statSync(path.join(run, 'adapter', 'adapter_model.safetensors')).mtimeMs);

/** Tells the last run of a sweep to stop, and holds the first one up until it has. */
async function stopWaiting(output: string): Promise<void> {
  const names = readdirSync(output).sort();
  const [first, last] = [names[0]!, names.at(-1)!].map((name) => new RunFolder(path.join(output, name)));
  await first!.sendControl('pause');
  await last!.sendControl('stop');
  // The state of a run that waits is no event of ours.
  while ((await last!.readState()).status !== 'stopped') await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal((await last!.readState()).message, 'stopped before it started');
  await first!.sendControl('resume');
}

describe('sft sweep', () => {
  it('makes a labelled run of each combination, goes on after a kill, and makes nothing twice', async () => {
    const config = smallConfig(folder, SWEEP);
    let killed = false;
    await follow(['sweep', config], (line, signal) => {
      if (killed || line['member'] !== 'learning_rate 1e-4, lora_r 8' || line.type !== 'step') return;
      killed = true;
      signal('SIGKILL');
    });
    const output = path.join(folder, 'runs');
    assert.equal(readdirSync(output).length, 4, 'all folders are there from the start');
    const { code, lines, err } = await follow(['sweep', config], () => undefined);
    assert.equal(code, 0, err);
    assert.match(err, /learning_rate 1e-4, lora_r 4: done already/);
    const runs = runsOf(lines);
    assert.deepEqual(
      runs.map(({ label, status }) => `${label} ${status}`),
      [
        'learning_rate 1e-4, lora_r 4 done',
        'learning_rate 1e-4, lora_r 8 done',
        'learning_rate 1e-3, lora_r 4 done',
        'learning_rate 1e-3, lora_r 8 done',
      ],
    );
    assert.equal(readdirSync(output).length, 4);
    for (const { run, label } of runs) {
      assert.deepEqual(JSON.parse(readFileSync(path.join(run, 'label.json'), 'utf8')), { label });
      const made = JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8')) as { config: Record<string, unknown> };
      assert.equal(made.config['sweep'], null);
      assert.equal(
        label,
        `learning_rate ${(made.config['learning_rate'] as number).toExponential()}, lora_r ${String(made.config['lora_r'])}`,
      );
    }
    const summaries = await Promise.all(runs.map(({ run }) => readRun(run)));
    const [first] = summaries;
    assert.deepEqual(
      siblingsOf(first!, summaries.toReversed()).map(({ name }) => name),
      runs.map(({ label }) => label),
      'the runs know each other',
    );
    assert.deepEqual(sweptValues(first!.run, first!.swept ?? []), { learning_rate: 1e-4, lora_r: 4 });
    const before = adapters(runs);
    const again = sft(['sweep', config]);
    assert.equal(again.code, 0, again.err);
    assert.deepEqual(adapters(runs), before);
    assert.match(again.out, /^run +state +validation loss +test loss +ROUGE-L/);
    assert.match(again.out, /2 test examples: too few to rank/);
  });

  it('stops a run at once that is told to while it waits', async () => {
    const own = temporaryFolder();
    const config = smallConfig(own, { ...QUICK, sweep: { learning_rate: [1e-4, 1e-3, 1e-2] } });
    let stopped: Promise<void> | undefined;
    const { code, lines } = await follow(['sweep', config], (line) => {
      if (line.type === 'step') stopped ??= stopWaiting(path.join(own, 'runs'));
    });
    await stopped;
    assert.equal(code, 1);
    assert.deepEqual(
      runsOf(lines).map(({ status }) => status),
      ['done', 'done', 'stopped'],
    );
    assert.equal(sft(['sweep', config]).code, 0, 'it goes on when the sweep is asked for again');
  });

  it('is left out of a single run, which says so', async () => {
    const config = smallConfig(folder, SWEEP);
    const run = path.join(folder, 'single');
    const { code, err } = sft(['train', config, '--run', run]);
    assert.equal(code, 0, err);
    assert.match(err, /sweep is left out of a single run; `sft sweep` makes its runs/);
    assert.ok(existsSync(path.join(run, 'adapter')));
    const single = await readRun(run);
    assert.deepEqual([single.swept, siblingsOf(single, [single])], [undefined, []]);
  });

  it('refuses what cannot be swept, each at its place', () => {
    const refused = (sweep: unknown): string => {
      const { code, err } = sft(['sweep', smallConfig(folder, { ...QUICK, sweep })]);
      assert.equal(code, 2);
      return err;
    };
    assert.match(refused({ lora_rank: [4] }), /unknown key "lora_rank" - did you mean "lora_r"\?/);
    assert.match(refused({ dataset: ['a.json'] }), /cannot try values of dataset: .* - remove dataset from sweep/);
    assert.match(refused({ lora_r: [8, 0] }), /sweep: lora_r must be a whole number of at least 1 .*not 0/);
    assert.match(
      refused({ max_steps: [3, 1], warmup_steps: [0, 2] }),
      /the run with max_steps 1, warmup_steps 2: warmup_steps \(2\) is more than max_steps \(1\)/,
    );
    assert.match(refused({ seed: Array.from({ length: 65 }, (_, at) => at) }), /makes 65 runs; at most 64 are allowed/);
    assert.match(refused({}), /sweep is empty/);
    assert.match(refused(null), /has no sweep - add the values to try/);
  });
});
