import type { ResolvedConfig } from '../../config/config-schema';
import type { HealthFinding, RunCurves } from './finding';
import { byHand, figure, lowerLearningRate, rateText, steadier, usualLearningRate } from './remedies';
import type { Trend } from './trend';

/** How many standard errors a rise must have. Both ends are the better of two neighbouring blocks, so chance is all but ruled out. */
const SURE = 6;
/** And what share of the loss it must be to matter. */
const MATTERS = 0.15;
/** A gradient so many times its usual size is a spike: the largest of the healthy curves are 3 times theirs. */
const SPIKE = 6;
const MOST_SPIKES = 2;

/** A loss or a gradient that is not a number ended the run. */
export function notFinite(
  { failure, steps, total_steps: total }: RunCurves,
  config: ResolvedConfig,
): HealthFinding | undefined {
  const last = steps.step[steps.step.length - 1] ?? 0;
  const bad = firstNotFinite(steps);
  if (failure?.code !== 'not-finite' && bad === undefined) return undefined;
  const since = bad ?? failure?.step ?? last + 1;
  // The place and the reason, without the remedy, of which there are better ones below.
  const reason = failure?.message.split(' - ')[0];
  return {
    id: 'not-finite',
    severity: 'error',
    since,
    title: 'The loss is no longer a number',
    message: `At step ${since} arithmetic overflowed${reason === undefined ? '' : `: ${reason}`}. ${
      config.learning_rate > 2 * usualLearningRate(config)
        ? `A learning_rate of ${rateText(config.learning_rate)} is far above the usual ${rateText(usualLearningRate(config))}, which is the likely cause.`
        : 'The learning rate is too high for this data, or one example is broken.'
    }`,
    remedies: [
      lowerLearningRate(config),
      ...steadier(config, total),
      byHand('Look at the named example: very long, empty or garbled text can cause this'),
    ],
  };
}

function firstNotFinite(steps: RunCurves['steps']): number | undefined {
  for (let i = 0; i < steps.loss.length; i++) if (!Number.isFinite(steps.loss[i]!)) return steps.step[i]!;
  return undefined;
}

/** The loss has risen and not come back. */
export function diverging(trend: Trend, config: ResolvedConfig, total: number | null): HealthFinding | undefined {
  const { blocks, blockError, start, steps } = trend;
  const last = blocks.at(-1);
  const before = blocks.at(-2);
  if (last === undefined || before === undefined) return undefined;
  const now = Math.min(last.loss, before.loss);
  const best = Math.min(start, ...blocks.slice(1).map((block, i) => Math.max(block.loss, blocks[i]!.loss)));
  const threshold = Math.max(SURE * blockError, MATTERS * best);
  if (now - best <= threshold) return undefined;
  // From the end back to where the loss left its lowest level for good.
  let at = blocks.length - 1;
  while (at > 0 && blocks[at - 1]!.loss > best + threshold / 2) at -= 1;
  let index = blocks[at]!.from;
  while (index < blocks[at]!.to - 1 && steps.loss[index]! <= best + threshold / 2) index += 1;
  const since = steps.step[index]!;
  return {
    id: 'diverging',
    severity: now > start ? 'error' : 'warning',
    since,
    title: 'The loss is rising',
    message: `It was ${figure(best)} at its lowest, began to rise at step ${since} and is about ${figure(now)} now${
      now > start ? ', worse than before training' : ''
    }. Each update overshoots: the learning rate is too high, or the data from there on is damaged.`,
    remedies: [
      lowerLearningRate(config),
      ...steadier(config, total),
      byHand('Check the data: the examples around this step, and whether a file is sorted while shuffle is off'),
    ],
  };
}

/** The loss or the gradients leap, and the run survives it. */
export function learningRateHigh(
  trend: Trend,
  config: ResolvedConfig,
  total: number | null,
): HealthFinding | undefined {
  const { blocks, blockError, start, steps, noise } = trend;
  const finding = (since: number, seen: string): HealthFinding => ({
    id: 'learning-rate-high',
    severity: 'warning',
    since,
    title: 'Training is unsteady',
    message: `${seen} A learning_rate of ${rateText(config.learning_rate)} is too high for stable training; the model may lose part of what it knew.`,
    remedies: [lowerLearningRate(config), ...steadier(config, total)],
  });
  // A rise above the start that has come back by now.
  const level = start + Math.max(SURE * blockError, MATTERS * start);
  const risen = blocks.find((block, i) => i + 1 < blocks.length && Math.min(block.loss, blocks[i + 1]!.loss) > level);
  if (risen !== undefined) {
    const since = steps.step[risen.from]!;
    return finding(
      since,
      `From step ${since} on the loss rose from ${figure(start)} to ${figure(risen.loss)} before it fell again.`,
    );
  }
  // Gradients many times as long as those around them, with losses to match.
  let spikes = 0;
  let first = 0;
  let largest = 0;
  for (const [j, block] of blocks.entries()) {
    const usual = Math.max(block.gradNorm, blocks[j - 1]?.gradNorm ?? 0, blocks[j + 1]?.gradNorm ?? 0);
    for (let i = block.from; i < block.to; i++) {
      const times = steps.grad_norm[i]! / usual;
      const jumped = Math.max(steps.loss[i]!, steps.loss[i + 1] ?? 0) > block.loss + 3 * noise;
      if (!(times > SPIKE) || !jumped) continue;
      spikes += 1;
      largest = Math.max(largest, times);
      if (spikes === 1) first = steps.step[i]!;
    }
  }
  if (spikes <= MOST_SPIKES) return undefined;
  return finding(
    first,
    `${spikes} gradients since step ${first} were up to ${Math.round(largest)} times their usual size, and the loss jumped with them.`,
  );
}
