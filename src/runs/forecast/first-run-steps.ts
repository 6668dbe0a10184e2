import { FIRST_RUN_STEPS, stepsOfOnePass } from '../../config/presets';

/** What a first run may take, seconds. */
const FIRST_RUN_SECONDS = 30 * 60;
/** Fewer steps are rounded down to a multiple of this. */
const ROUND = 10;

export interface FirstRunSteps {
  readonly steps: number;
  /** What the run takes, where it is known. */
  readonly seconds: number | undefined;
}

/**
 * The steps of a first run: one pass over the training examples where that takes no longer than FIRST_RUN_SECONDS, otherwise as many as
 * fit, and at least FIRST_RUN_STEPS.
 *
 * @param examples of the whole dataset, before it is split
 * @param forecast seconds of a run of so many steps; undefined where it cannot be told
 */
export async function firstRunSteps(
  examples: number | undefined,
  forecast: (steps: number) => Promise<number | undefined>,
): Promise<FirstRunSteps> {
  const least = { steps: FIRST_RUN_STEPS, seconds: undefined };
  const whole = stepsOfOnePass(examples);
  if (whole <= FIRST_RUN_STEPS) return least;
  const seconds = await forecast(whole);
  if (seconds === undefined) return least;
  if (seconds <= FIRST_RUN_SECONDS) return { steps: whole, seconds };
  const short = await forecast(FIRST_RUN_STEPS);
  if (short === undefined || short >= FIRST_RUN_SECONDS) return { ...least, seconds: short };
  // What is done once takes the same; steps, and what is measured and saved between them, take what they are.
  const each = (seconds - short) / (whole - FIRST_RUN_STEPS);
  const more = Math.floor((FIRST_RUN_SECONDS - short) / each);
  const steps = Math.floor((FIRST_RUN_STEPS + more) / ROUND) * ROUND;
  return { steps, seconds: short + (steps - FIRST_RUN_STEPS) * each };
}
