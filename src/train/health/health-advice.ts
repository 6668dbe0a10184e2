import type { ResolvedConfig } from '../../config/config-schema';
import type { HealthFinding, RunCurves } from './finding';
import { overfitting, validationApart, zeroLoss } from './generalisation';
import { forgetting } from './forgetting';
import { notFalling, tooFewSteps } from './progress';
import { diverging, learningRateHigh, notFinite } from './stability';
import { trendOf } from './trend';

/**
 * What is going wrong in a run, as its curves show it; nothing for a healthy one, however noisy. The most serious comes first. Where
 * the loss diverges or overflows, the rest is not looked at, since it follows from that.
 *
 * O(n log n) in the number of steps with a small factor: some 20 ms for 100,000.
 */
export function healthAdvice(curves: RunCurves, config: ResolvedConfig): readonly HealthFinding[] {
  const broken = notFinite(curves, config);
  if (broken !== undefined) return [broken];
  const trend = trendOf(curves.steps);
  const lost = diverging(trend, config, curves.total_steps);
  if (lost !== undefined) return [lost];
  return [
    learningRateHigh(trend, config, curves.total_steps),
    overfitting(trend, curves, config),
    validationApart(trend, curves, config),
    zeroLoss(trend, config),
    forgetting(trend, curves, config),
    notFalling(trend, curves, config),
    tooFewSteps(trend, curves, config),
  ].filter((finding) => finding !== undefined);
}
