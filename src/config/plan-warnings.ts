import type { JSONPath } from 'jsonc-parser';
import { areFew } from '../base/few-pairs';
import type { Advice } from './advice-item';
import type { EffectiveValues } from './defaults';
import type { Plan } from './plan';
import { removeKey, setKey } from './repair';

/** What a run turns out to be once the examples of each part are counted. */
type Counts = Pick<Plan, 'steps' | 'warmup' | 'validationExamples' | 'testExamples'>;

type Values = Pick<
  EffectiveValues,
  'early_stopping_patience' | 'eval_steps' | 'max_steps' | 'warmup_steps' | 'warmup_ratio'
>;

/**
 * What is asked for and cannot act, because a part has no examples or the run is too short. The editor, preflight and training ask
 * here, so that all say the same.
 */
export function* planWarnings(values: Values, counts: Counts): Generator<Advice> {
  yield* onEarlyStopping(values, counts);
  yield* onWarmup(values, counts);
  yield* onFewTests(counts);
}

function* onEarlyStopping(values: Values, { steps, validationExamples }: Counts): Generator<Advice> {
  const { early_stopping_patience: patience, eval_steps: every } = values;
  if (patience === null) return;
  const keys: JSONPath[] = [['early_stopping_patience']];
  const about = { severity: 'warning', keys } as const;
  if (validationExamples === 0) {
    yield {
      ...about,
      code: 'early-stopping-without-examples',
      reason: 'early_stopping_patience has no effect: the validation part has no examples',
      remedy: 'add examples, name a validation_dataset, or remove early_stopping_patience',
      repairs: [removeKey('early_stopping_patience')],
    };
  } else if (steps !== undefined && every !== null && every >= steps) {
    const wanted = Math.max(1, Math.floor(steps / (patience + 2)));
    yield {
      ...about,
      code: 'early-stopping-without-measurements',
      reason: `early_stopping_patience has no effect: eval_steps is ${every}, and the run ends after ${updates(steps)}`,
      remedy: `set eval_steps to ${wanted}, or remove early_stopping_patience`,
      repairs: [...(wanted < steps ? [setKey('eval_steps', wanted)] : []), removeKey('early_stopping_patience')],
    };
  }
}

function* onWarmup(values: Values, { steps, warmup }: Counts): Generator<Advice> {
  // Beyond a max_steps that is written down it is an error of the configuration already.
  if (steps === undefined || warmup === undefined || warmup <= steps || values.max_steps !== null) return;
  const wanted = Math.floor(steps / 10);
  yield {
    code: 'warmup-beyond-end',
    severity: 'warning',
    keys: [['warmup_steps'], ['num_train_epochs'], ['dataset']],
    reason: `the learning rate rises for ${updates(warmup)} and the run has only ${steps}: it never reaches learning_rate`,
    remedy: `set warmup_steps to ${wanted}`,
    repairs: [setKey('warmup_steps', wanted)],
  };
}

function* onFewTests({ testExamples: tested }: Counts): Generator<Advice> {
  if (tested === undefined || tested === 0 || !areFew(tested)) return;
  yield {
    code: 'few-test-examples',
    severity: 'warning',
    keys: [['test_dataset'], ['split', 'test'], ['split'], ['dataset']],
    reason: `the test part has ${tested} example${tested === 1 ? '' : 's'}: too few to tell much`,
    remedy: 'add examples, or look at each answer',
    repairs: [],
  };
}

function updates(count: number): string {
  return `${count} update${count === 1 ? '' : 's'}`;
}
