import type { ResolvedConfig } from '../../config/config-schema';
import { usualLearningRate } from '../health/remedies';

/** Learning rates that a range test goes through. */
export interface RateRange {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** The range reaches so far below and above the usual rate: five and a half decades with it in the middle of their logarithms. */
const BELOW = 200;
const ABOVE = 500;
const STEPS = 60;

/** From where nothing is learnt to where training diverges, whatever the data. */
export function usualRange(config: ResolvedConfig): RateRange {
  const usual = usualLearningRate(config);
  return { from: usual / BELOW, to: usual * ABOVE, steps: STEPS };
}

/** The rate of a step, from 0: each is as many times the one before. */
export function rateAt({ from, to, steps }: RateRange, step: number): number {
  return from * (to / from) ** (step / (steps - 1));
}
