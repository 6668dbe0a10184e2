/** So long a step of work may take before messages are looked at, in milliseconds. */
const SLICE = 20;

/**
 * Runs work that yields often, and lets messages in between its steps.
 * @param onStep gets what the work yields, where that is something
 * @returns what the work returns; undefined where it was given up
 */
export async function runSliced<Step, Result>(
  work: Generator<Step | undefined, Result, undefined>,
  givenUp: () => boolean,
  onStep: (step: Step) => void = () => undefined,
): Promise<Result | undefined> {
  let since = performance.now();
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    if (value !== undefined) onStep(value);
    if (performance.now() - since < SLICE) continue;
    await new Promise((resolve) => setImmediate(resolve));
    if (givenUp()) return undefined;
    since = performance.now();
  }
}
