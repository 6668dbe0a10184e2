import { countOf } from '../../base/count-of';
import { adviceOn } from '../../config/advice';
import type { Advice } from '../../config/advice-item';
import type { ResolvedConfig } from '../../config/config-schema';
import { generalCount, type Plan } from '../../config/plan';
import type { Repair } from '../../config/repair';
import { warmupLength } from '../../train/schedule';
import { orderOf } from '../../train/windows';
import type { PartSizes } from './data';
import { ok, type PreflightCheck, type PreflightId, type PreflightRemedy } from './report';

/** How long the run is, and what the editor says of its configuration as well, told from the counted parts. */
export function checkValues(config: ResolvedConfig, sizes: PartSizes): PreflightCheck[] {
  const { train } = sizes;
  if (train === 0) return [];
  const learnt = train + generalCount(train, config.retention_mix);
  const order = orderOf(config, learnt);
  const steps = order.totalSteps(config.max_steps, config.num_train_epochs);
  const effectiveBatch = config.per_device_batch_size * config.gradient_accumulation_steps;
  const plan: Plan = {
    effectiveBatch,
    trainExamples: train,
    learntExamples: learnt,
    validationExamples: sizes.validation,
    testExamples: sizes.test,
    steps,
    epochs: (steps * effectiveBatch) / learnt,
    warmup: warmupLength(steps, config.warmup_steps, config.warmup_ratio),
  };
  // Of a length beyond the model's, the model's own check speaks.
  const advice = [...adviceOn(config, plan, {})].map((one) => checkOf(one, config));
  const epochs = Number(order.epochAt(steps).toPrecision(2));
  const length = `${countOf(steps, 'step')} of ${countOf(effectiveBatch, 'example')}: ${epochs} ${epochs === 1 ? 'time' : 'times'} through the training part`;
  return [...(advice.some(({ id }) => id === 'steps') ? [] : [ok('steps', 'Steps', length)]), ...advice];
}

const PLACES: Readonly<Record<string, readonly [PreflightId, string]>> = {
  'unseen-examples': ['steps', 'Steps'],
  'many-epochs': ['steps', 'Steps'],
  'few-test-examples': ['split', 'Split'],
  'few-steps': ['steps', 'Steps'],
  'short-for-warmup': ['schedule', 'Schedule'],
  'long-warmup': ['schedule', 'Schedule'],
  'warmup-beyond-end': ['schedule', 'Schedule'],
  'early-stopping-without-examples': ['schedule', 'Schedule'],
  'early-stopping-without-measurements': ['schedule', 'Schedule'],
};

function checkOf({ code, severity, keys, reason, remedy, repairs }: Advice, config: ResolvedConfig): PreflightCheck {
  const [id, title] = PLACES[code] ?? ['values', 'Values'];
  return {
    id,
    title,
    status: severity === 'info' ? 'note' : severity,
    message: `${reason} - ${remedy}`,
    remedies: repairs.map((repair) => remedyOf(repair, String(keys[0]![0]), config)),
  };
}

/** @param key that the repair stands on */
function remedyOf({ title, changes }: Repair, key: string, config: ResolvedConfig): PreflightRemedy {
  const changed: Record<string, unknown> = {};
  for (const change of changes) {
    if (change.kind === 'remove') changed[key] = null;
    if (change.kind !== 'set') continue;
    const [first, second] = change.path.map(String);
    if (second === undefined) changed[first!] = change.value;
    else changed[first!] = { ...config.split, ...(changed[first!] as object | undefined), [second]: change.value };
  }
  return { title, changes: changed };
}
