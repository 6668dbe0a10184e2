import { Script } from 'node:vm';

/** Calls the work that is waiting. Only a script can be interrupted, and only a script interrupts a regular expression. */
const CALL = new Script('globalThis[Symbol.for("sft.limited-work")]()');
const WORK = Symbol.for('sft.limited-work');

/** The work was not done in its time. */
export class OutOfTime extends Error {}

/**
 * Does `work`, which may be anything that never waits, also what cannot look at a clock itself: the matching of a regular expression. Costs a
 * tenth of a millisecond.
 * @throws OutOfTime after `ms`; what `work` throws
 */
export function withinTime<T>(ms: number, work: () => T): T {
  const holder = globalThis as unknown as { [WORK]: (() => unknown) | undefined };
  const before = holder[WORK];
  holder[WORK] = work;
  try {
    return CALL.runInThisContext({ timeout: ms }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new OutOfTime();
    throw error;
  } finally {
    holder[WORK] = before;
  }
}
