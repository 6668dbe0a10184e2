import type { ConfigChanges } from '../../config/change-config';
import type { ResolvedConfig } from '../../config/config-schema';
import { planWarnings } from '../../config/plan-warnings';
import type { Repair } from '../../config/repair';
import { ExampleOrder } from '../../train/order';
import { warmupLength } from '../../train/schedule';
import type { PartSizes } from './data';
import { ok, setting, warning, type PreflightCheck, type PreflightRemedy } from './report';

/** Whether the run sees all of the training part. */
export function checkSteps(config: ResolvedConfig, train: number): PreflightCheck {
  const order = orderOf(config, train);
  const steps = order.totalSteps(config.max_steps, config.num_train_epochs);
  const batch = config.per_device_batch_size * config.gradient_accumulation_steps;
  if (train > 0 && steps < order.stepsPerEpoch) {
    const remedies = [
      setting({ max_steps: order.stepsPerEpoch }, 'each example once'),
      setting({ max_steps: null, num_train_epochs: 1 }, 'each example once'),
    ];
    const message = `${steps} steps of ${batch} examples see ${steps * batch} of ${train} - raise max_steps`;
    return warning('steps', 'Steps', message, remedies);
  }
  const epochs = train === 0 ? 0 : Number(order.epochAt(steps).toPrecision(2));
  return ok('steps', 'Steps', `${steps} steps of ${batch} examples: ${epochs} times through the training part`);
}

/** What is asked for and cannot act in so short a run, or with so few examples. */
export function checkSchedule(config: ResolvedConfig, { train, validation }: PartSizes): PreflightCheck[] {
  if (train === 0) return [];
  const steps = orderOf(config, train).totalSteps(config.max_steps, config.num_train_epochs);
  const warmup = warmupLength(steps, config.warmup_steps, config.warmup_ratio);
  const warnings = [...planWarnings(config, { steps, warmup, validationExamples: validation })];
  return warnings.map(({ keys, reason, remedy, repairs }) =>
    warning(
      'schedule',
      'Schedule',
      `${reason} - ${remedy}`,
      repairs.map((repair) => remedyOf(repair, String(keys[0]![0]))),
    ),
  );
}

function orderOf(config: ResolvedConfig, examples: number): ExampleOrder {
  return new ExampleOrder({
    examples,
    batchSize: config.per_device_batch_size,
    accumulation: config.gradient_accumulation_steps,
    shuffle: config.shuffle,
    seed: config.seed,
  });
}

/** @param key that the repair stands on */
function remedyOf({ title, changes }: Repair, key: string): PreflightRemedy {
  const changed: ConfigChanges = Object.fromEntries(
    changes.flatMap((change): [string, unknown][] => {
      if (change.kind === 'remove') return [[key, null]];
      return change.kind === 'set' && change.path.length === 1 ? [[String(change.path[0]), change.value]] : [];
    }),
  );
  return { title, changes: changed };
}
