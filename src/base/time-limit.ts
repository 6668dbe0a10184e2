import { Script } from 'node:vm';

/** Calls the work that is waiting. Only a script can be interrupted, and only a script interrupts a regular expression. */
const CALL = new Script('globalThis[Symbol.for("sft.limited-work")]()');
const WORK = Symbol.for('sft.limited-work');

/** The work was not done in its time. */
export class OutOfTime extends Error {}

/**
 * Does `work`, which may be anything that never waits, also what cannot look at a clock itself: the matching of a regular expression. Costs a
 * tenth of a millisecond. Time that a busy machine gives to others is not counted: it is then begun again.
 * @param work without effects
 * @throws OutOfTime after `ms`, at least half of it spent on the processor; what `work` throws
 */
export function withinTime<T>(ms: number, work: () => T): T {
  const start = process.cpuUsage();
  for (;;) {
    try {
      return withinTimeOfDay(ms, work);
    } catch (error) {
      const { user, system } = process.cpuUsage(start);
      if (!(error instanceof OutOfTime) || (user + system) / 1000 >= ms / 2) throw error;
    }
  }
}

function withinTimeOfDay<T>(ms: number, work: () => T): T {
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
