import { countOf } from '../../base/count-of';
import type { ResolvedConfig } from '../../config/config-schema';
import type { HealthFinding, RunCurves } from './finding';
import { againstOverfitting, byHand, figure, remedy } from './remedies';
import { lossNear, type Trend } from './trend';

/** The validation loss must rise by this share of its lowest point, twice in a row. */
const RISE = 0.02;
/** Below this the model gives each right token 98% and more. */
const ZERO = 0.02;
/** A validation loss this many times the training loss at the first measurement is not from learning by heart. */
const APART = 1.5;

/** The validation loss rises while the training loss falls on. */
export function overfitting(
  trend: Trend,
  { evaluations }: RunCurves,
  config: ResolvedConfig,
): HealthFinding | undefined {
  const lowest = evaluations.reduce((best, one, i) => (one.loss < evaluations[best]!.loss ? i : best), 0);
  const best = evaluations[lowest];
  const after = evaluations.slice(lowest + 1);
  const last = after.at(-1);
  if (best === undefined || last === undefined) return undefined;
  const rises = after.slice(-2).every((one) => one.loss > best.loss * (1 + RISE));
  const clear = last.loss > best.loss * (1 + (after.length > 1 ? RISE : 3 * RISE));
  if (!rises || !clear) return undefined;
  const then = lossNear(trend, best.step);
  const now = lossNear(trend, last.step);
  if (now > then + 2 * trend.blockError) return undefined;
  return {
    id: 'overfitting',
    severity: 'warning',
    since: best.step,
    title: 'The model is memorising',
    message: `Since step ${best.step} the validation loss has risen from ${figure(best.loss)} to ${figure(last.loss)}, while the training loss went from ${figure(then)} to ${figure(now)}. What it learns now helps only on the training examples.${
      config.early_stopping_patience === null
        ? ' early_stopping_patience would stop here and keep the best weights.'
        : ''
    }`,
    remedies: againstOverfitting(config, best.step),
  };
}

/** The training loss is 0 or next to it. */
export function zeroLoss({ blocks, steps, start }: Trend, config: ResolvedConfig): HealthFinding | undefined {
  const last = blocks.at(-1);
  if (last === undefined || last.loss >= ZERO) return undefined;
  let at = blocks.length - 1;
  while (at > 0 && blocks[at - 1]!.loss < ZERO) at -= 1;
  const block = blocks[at]!;
  let index = block.from;
  while (index < block.to - 1 && steps.loss[index]! >= ZERO) index += 1;
  const since = steps.step[index]!;
  const fromTheStart = start < ZERO;
  return {
    id: 'zero-loss',
    severity: 'warning',
    since,
    title: 'The training loss is almost zero',
    message: fromTheStart
      ? `It is ${figure(last.loss)}, and was from the start: there is nothing left to learn. Perhaps only an end mark or the same few words of each answer are trained.`
      : `Since step ${since} it is below ${ZERO}: the model recites the training answers, and more steps teach it nothing.`,
    remedies: fromTheStart
      ? [
          byHand(
            'Look at an example with SFT: Preview Training Sequence: are the answers trained, and are they different?',
          ),
        ]
      : againstOverfitting(config, since),
  };
}

/** The validation part is much harder than the training part from the first measurement on. */
export function validationApart(
  trend: Trend,
  { evaluations, train_examples: examples }: RunCurves,
  config: ResolvedConfig,
): HealthFinding | undefined {
  const first = evaluations[0];
  if (first === undefined || trend.blocks.length < 2) return undefined;
  // After two passes through the data it may well be learning by heart.
  const seen = first.step * config.per_device_batch_size * config.gradient_accumulation_steps;
  if (examples !== undefined && seen > 2 * examples) return undefined;
  const train = lossNear(trend, first.step);
  if (first.loss < APART * train + 4 * trend.blockError || train <= ZERO) return undefined;
  const { split } = config;
  const seed = split.seed + 1;
  return {
    id: 'validation-apart',
    severity: 'warning',
    since: first.step,
    title: 'The validation part is different',
    message: `At its first measurement, after ${countOf(first.step, 'step')}, the validation loss was ${figure(first.loss)} and the training loss ${figure(train)}. That early, memorising is unlikely: the two parts probably contain different things, such as repeated examples in one and rare ones in the other.`,
    remedies: [
      byHand('Remove duplicates and near-duplicates: SFT: Show Dataset Report lists them'),
      ...(config.validation_dataset === null
        ? [remedy(`Split the data differently: split.seed ${seed}`, { split: { ...split, seed } })]
        : []),
    ],
  };
}
