import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { atLeastOne } from '../../../test/at-least-one';
import { changeConfigText } from '../../config/change-config';
import { parseConfig } from '../../config/parse-config';
import { HEALTH_KINDS, type HealthKind, type RunCurves } from './finding';
import { healthAdvice } from './health-advice';

/** As scripts/make-curves.mjs records them from real runs of the example model. */
interface Recorded {
  readonly config: Readonly<Record<string, unknown>>;
  readonly total_steps: number;
  readonly train_examples: number;
  readonly ended: 'done' | 'failed' | 'stopped';
  readonly failure?: { readonly code: string; readonly message: string };
  readonly retention?: { readonly base: number; readonly tuned: number };
  readonly evaluations: readonly (readonly [step: number, loss: number])[];
  readonly loss: readonly number[];
  readonly learning_rate: readonly number[];
  readonly grad_norm: readonly number[];
}

const FOLDER = 'src/train/health/testdata';
const NAMES = readdirSync(FOLDER).map((name) => path.basename(name, '.json'));

function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), 'utf8')) as Recorded;
}

function configText(run: Recorded): string {
  // What the recording script took its data from is no key of a configuration.
  const values = Object.entries(run.config).filter(([key]) => key !== 'examples' && key !== 'dataset');
  return JSON.stringify({ model_name: 'm', dataset: 'd.json', ...Object.fromEntries(values) }, null, 2);
}

/** The curves as they were after `steps` steps of the run; all of them with its end where that is not given. */
function curvesOf(run: Recorded, steps = Infinity): RunCurves {
  const ended = steps >= run.loss.length;
  return {
    steps: {
      step: run.loss.slice(0, steps).map((_, i) => i + 1),
      loss: run.loss.slice(0, steps),
      learning_rate: run.learning_rate.slice(0, steps),
      grad_norm: run.grad_norm.slice(0, steps),
    },
    evaluations: run.evaluations.filter(([step]) => step <= steps).map(([step, loss]) => ({ step, loss })),
    total_steps: run.total_steps,
    train_examples: run.train_examples,
    ...(ended && run.retention !== undefined ? { retention: run.retention } : {}),
    ...(ended ? { ended: run.ended, ...(run.failure === undefined ? {} : { failure: run.failure }) } : {}),
  };
}

function advise(run: Recorded, steps?: number): ReturnType<typeof healthAdvice> {
  return healthAdvice(curvesOf(run, steps), parseConfig(configText(run), 'sft.config.json'));
}

describe('advice on the length of a run', () => {
  const healthy = recorded('healthy-demo');
  /** A run of few steps, whose validation loss falls to its end. */
  const short = (steps: number, examples: number): ReturnType<typeof healthAdvice> =>
    healthAdvice(
      {
        ...curvesOf(healthy, steps),
        evaluations: [
          { step: Math.floor(steps / 2), loss: 3 },
          { step: steps, loss: 2 },
        ],
        total_steps: steps,
        train_examples: examples,
        ended: 'done',
      },
      parseConfig(
        JSON.stringify({
          model_name: 'm',
          dataset: 'd.json',
          max_steps: steps,
          per_device_batch_size: 2,
          gradient_accumulation_steps: 1,
        }),
        'sft.config.json',
      ),
    ).filter(({ id }) => id === 'too-few-steps');

  it('does not ask for more at 15 passes through 32 examples', () => {
    assert.deepEqual(short(240, 32), []);
    assert.deepEqual(short(48, 32), [], 'nor at three');
  });

  it('asks for three passes at most', () => {
    assert.equal(short(24, 32)[0]?.remedies[0]?.changes['max_steps'], 48);
  });

  it('asks for three passes at most where the loss does not fall, too', () => {
    const flat = recorded('not-decreasing-1e-7');
    const longer = (steps: number): unknown => {
      const text = { ...(JSON.parse(configText(flat)) as object), max_steps: steps, warmup_steps: 0 };
      const batch = { per_device_batch_size: 2, gradient_accumulation_steps: 1 };
      const config = parseConfig(JSON.stringify({ ...text, ...batch }), 'sft.config.json');
      const curves = { ...curvesOf(flat, 30), total_steps: steps, train_examples: 32 };
      const [finding] = healthAdvice(curves, config).filter(({ id }) => id === 'not-decreasing');
      assert.ok(finding !== undefined);
      return finding.remedies.find(({ changes }) => 'max_steps' in changes)?.changes['max_steps'];
    };
    assert.equal(longer(30), 48);
    assert.equal(longer(50), undefined);
  });

  it('names the step at which every example was seen once, as preflight and the editor do', () => {
    const [finding] = short(3, 400_000);
    assert.match(finding?.message ?? '', /399,994 of 400,000 training examples were never seen/);
    assert.equal(finding?.remedies[0]?.changes['max_steps'], 200_000);
  });
});

/** What a recorded run shows, and between which steps it may say that this began. */
const EXPECTED: readonly (readonly [run: string, kind: HealthKind, from: number, to: number])[] = [
  ['diverging-0.5', 'diverging', 2, 4],
  ['diverging-0.1', 'diverging', 2, 5],
  ['diverging-0.03', 'diverging', 3, 8],
  ['diverging-0.01', 'diverging', 3, 12],
  ['diverging-full-1', 'diverging', 2, 4],
  ['diverging-0.005', 'diverging', 3, 20],
  ['diverging-late', 'diverging', 12, 25],
  ['not-finite', 'not-finite', 1, 10],
  ['not-decreasing-1e-7', 'not-decreasing', 1, 1],
  ['not-decreasing-1e-6', 'not-decreasing', 1, 1],
  ['learning-rate-low-5e-6', 'learning-rate-low', 1, 1],
  ['learning-rate-low-1e-5', 'learning-rate-low', 1, 1],
  ['overfitting', 'overfitting', 10, 100],
  ['learning-rate-high-full', 'learning-rate-high', 3, 20],
  ['overfitting-slow', 'overfitting', 20, 60],
  ['overfitting-full', 'overfitting', 10, 100],
  ['zero-loss', 'zero-loss', 10, 140],
  ['too-few-steps', 'too-few-steps', 8, 8],
  ['validation-apart', 'validation-apart', 10, 10],
  ['overfitting-full', 'learning-rate-high', 4, 12],
  ['forgetting', 'forgetting', 60, 60],
  ['validation-apart', 'overfitting', 10, 10],
];

describe('healthAdvice on recorded runs', () => {
  for (const [name, kind, from, to] of EXPECTED) {
    it(`${name}: tells of ${kind}, where it began, and what to do about it`, () => {
      const run = recorded(name);
      const found = advise(run);
      const finding = found.find((one) => one.id === kind);
      assert.ok(finding, `found ${found.map((one) => one.id).join(', ')}`);
      assert.ok(finding.since >= from && finding.since <= to, `since ${finding.since}`);
      assert.ok(finding.remedies.length > 0);
      for (const { title, changes } of finding.remedies) {
        // Each remedy alone leaves a configuration that can be run.
        const after = parseConfig(changeConfigText(configText(run), changes), 'sft.config.json');
        for (const [key, value] of Object.entries(changes)) {
          if (value !== null) assert.deepEqual(after[key as keyof typeof after], value, title);
        }
      }
    });
  }

  for (const name of atLeastOne(NAMES.filter((one) => one.startsWith('healthy')))) {
    it(`${name}: has nothing to warn of, at any step`, () => {
      const run = recorded(name);
      assert.ok(run.loss.length >= 10, `${run.loss.length} steps`);
      for (let step = 1; step <= run.loss.length; step++) {
        const warnings = advise(run, step).filter((finding) => finding.severity !== 'info');
        assert.deepEqual(warnings, [], `at step ${step}`);
      }
    });
  }

  it('tells of each kind', () => {
    const unhealthy = NAMES.filter((name) => !name.startsWith('healthy'));
    assert.deepEqual(unhealthy.toSorted(), [...new Set(EXPECTED.map(([name]) => name))].toSorted());
    const seen = new Set(EXPECTED.map(([, kind]) => kind));
    assert.deepEqual([...seen].toSorted(), [...HEALTH_KINDS].toSorted());
  });

  it('tells live, long before the end', () => {
    const late = (name: string, kind: HealthKind): number => {
      const run = recorded(name);
      let step = 1;
      while (step < run.loss.length && !advise(run, step).some((finding) => finding.id === kind)) step += 1;
      return step / run.loss.length;
    };
    assert.ok(late('diverging-0.1', 'diverging') <= 0.3);
    assert.ok(late('not-decreasing-1e-7', 'not-decreasing') <= 0.5);
    assert.ok(late('overfitting-full', 'overfitting') <= 0.4);
  });
});

describe('healthAdvice', () => {
  const run = recorded('healthy-demo');

  it('says nothing of a run that has not begun, or is a few steps old', () => {
    for (const steps of [0, 1, 4]) assert.deepEqual(advise(run, steps), []);
  });

  it('finds a number that is none in the curve itself', () => {
    const curves = curvesOf(run, 30);
    const loss = Array.from(curves.steps.loss);
    loss[20] = NaN;
    const config = parseConfig(configText(run), 'sft.config.json');
    const [finding] = healthAdvice({ ...curves, steps: { ...curves.steps, loss } }, config);
    assert.deepEqual([finding?.id, finding?.since, finding?.severity], ['not-finite', 21, 'error']);
  });

  it('halves alpha with the rank, so that the adapter keeps its strength, and offers what is not in use yet', () => {
    const overfitted = recorded('overfitting-full');
    const curves = curvesOf(overfitted);
    const text = JSON.stringify({ model_name: 'm', dataset: 'd', lora_dropout: 0.05, early_stopping_patience: 3 });
    const finding = healthAdvice(curves, parseConfig(text, 'sft.config.json')).find((one) => one.id === 'overfitting');
    const changes = finding!.remedies.map((remedy) => remedy.changes);
    assert.ok(changes.some((change) => change.lora_r === 8 && change.lora_alpha === 8));
    assert.ok(changes.some((change) => change.lora_dropout === 0.1));
    assert.ok(changes.every((change) => change.early_stopping_patience === undefined));
  });
});
