import { countOf, partOf } from '../../base/count-of';
import { FUSED_PARTS, PROJECTIONS, type ResolvedConfig } from '../../config/config-schema';
import { MOST_PASSES, stepsFor } from '../../config/plan';
import type { HealthFinding, HealthRemedy, RunCurves } from './finding';
import { byHand, figure, raiseLearningRate, rateText, remedy, trainLonger, usualLearningRate } from './remedies';
import { fallOf, type Trend } from './trend';

/** Steps after which a loss that has not moved is worth a word. */
const PATIENCE = 20;
/** Falls below this share of the loss are next to nothing. */
const NOTHING = 0.02;
/** And below this one little, for a run that is not nearly done with what it can learn. */
const LITTLE = 0.06;
/** A fall of this share in the coming half of a run would still be worth having. */
const STEEP = 0.05;

/** The loss is where it was at the start, or hardly below. */
export function notFalling(trend: Trend, curves: RunCurves, config: ResolvedConfig): HealthFinding | undefined {
  const { length, start } = trend;
  const { evaluations, total_steps: total, train_examples: examples } = curves;
  const most = examples === undefined ? Infinity : stepsFor(MOST_PASSES, examples, config);
  const longer = Math.min(60, most);
  const warmup = config.warmup_steps;
  if (length < PATIENCE + warmup) return undefined;
  const { from, to, error } = fallOf(trend);
  const first = evaluations[0];
  const last = evaluations.at(-1);
  // The validation loss is measured on the same examples each time, so that small changes show.
  const watched = first !== undefined && last !== undefined && last.step - first.step >= length / 3;
  const fallen = watched ? Math.max((first.loss - last.loss) / first.loss, (from - to - 2 * error) / from) : 0;
  const atMost = watched ? fallen : (from - to + 2 * error) / from;
  const low = config.learning_rate < usualLearningRate(config) / 3;
  const figures = `${figure(from)} at the start and ${figure(to)} after ${countOf(length, 'step')}`;
  if (atMost < NOTHING / 2 || (!watched && atMost < NOTHING)) {
    return {
      id: 'not-decreasing',
      severity: 'warning',
      since: 1,
      title: 'The loss does not fall',
      message: `It was ${figures}: the model does not learn. ${
        low
          ? `A learning_rate of ${rateText(config.learning_rate)} is too small to move it; ${rateText(usualLearningRate(config))} is usual.`
          : 'Either the updates are too small, or there is nothing in the data to learn: all answers are alike or already known.'
      }`,
      remedies: [
        raiseLearningRate(config),
        ...moreModules(config),
        ...(total !== null && total < longer ? [trainLonger(config, total, longer)] : []),
        byHand(
          'Look at the data: examples that are all alike, or answers that do not fit their questions, teach nothing',
        ),
      ],
    };
  }
  const far = total === null ? length >= 3 * PATIENCE : length >= total / 2;
  if (!low || !far || atMost > LITTLE || start <= 0) return undefined;
  return {
    id: 'learning-rate-low',
    severity: 'warning',
    since: 1,
    title: 'The loss falls very slowly',
    message: `It was ${figures}. A learning_rate of ${rateText(config.learning_rate)} takes such small steps that the run ends long before the model has learned.`,
    remedies: [raiseLearningRate(config)],
  };
}

function moreModules(config: ResolvedConfig): HealthRemedy[] {
  const { training_type: type, target_modules: targets } = config;
  // Which matrices an expression names is not known here.
  if (type !== 'lora' || typeof targets === 'string' || isOnAll(targets)) return [];
  return [remedy('Train adapters on all matrices of the layers', { target_modules: null })];
}

function isOnAll(targets: readonly string[]): boolean {
  const fused: readonly string[] = Object.entries(FUSED_PARTS).flatMap(([name, parts]) =>
    targets.includes(name) ? parts : [],
  );
  return PROJECTIONS.every((name) => targets.includes(name) || fused.includes(name));
}

/** The run ended while there was more to gain. */
export function tooFewSteps(trend: Trend, curves: RunCurves, config: ResolvedConfig): HealthFinding | undefined {
  const { length } = trend;
  const { evaluations, train_examples: examples, ended } = curves;
  if (ended !== 'done' || length === 0) return undefined;
  const perStep = config.per_device_batch_size * config.gradient_accumulation_steps;
  const onePass = examples === undefined ? 0 : stepsFor(1, examples, config);
  const most = examples === undefined ? Infinity : stepsFor(MOST_PASSES, examples, config);
  const make = (message: string, steps: number): HealthFinding => ({
    id: 'too-few-steps',
    severity: 'info',
    since: length,
    title: 'More steps would help',
    message,
    remedies: [trainLonger(config, length, steps)],
  });
  // Where a few examples remain unseen, nothing is lost.
  if (onePass > 1.1 * length) {
    const seen = perStep * length;
    return make(
      `The run took ${countOf(length, 'step')} of ${countOf(perStep, 'example')}: ${partOf(examples! - seen, examples!, 'training example')} were never seen.`,
      onePass,
    );
  }
  const before = evaluations.at(-2);
  const last = evaluations.at(-1);
  if (before !== undefined && last !== undefined) {
    const slope = (before.loss - last.loss) / (last.step - before.step);
    const wanted = Math.min(Math.max(60, 3 * length), most);
    if (slope * (length / 2) > STEEP * last.loss && wanted > length) {
      const seen = `The validation loss was still falling when the run ended: from ${figure(before.loss)} to ${figure(last.loss)} in its last ${countOf(last.step - before.step, 'step')}.`;
      return make(seen, wanted);
    }
  }
  return undefined;
}
