import { OutOfTime, withinTime } from '../../base/time-limit';

/** Whether a module of the model, named as `model.layers.0.self_attn.q_proj`, is meant. */
export type ModuleTest = (module: string) => boolean;

/** A few dozen patterns on a few hundred names take a millisecond. */
const MOST_MS = 500;

/**
 * PEFT's rule for target_modules and exclude_modules: a text is a regular expression for the whole name, a list holds ends of names. "all-linear"
 * means every projection. Python's expressions are read as JavaScript's, which is the same for names.
 * @throws SyntaxError for a text that is no expression
 */
export function modulesMeant(value: string | readonly string[]): ModuleTest {
  if (value === 'all-linear') return () => true;
  if (typeof value === 'string') {
    const whole = new RegExp(`^(?:${value})$`);
    return (module) => whole.test(module);
  }
  return (module) => value.some((end) => module === end || module.endsWith(`.${end}`));
}

/**
 * PEFT's rule for rank_pattern and alpha_pattern: the value of the first expression that the end of the name fits.
 * @throws SyntaxError for a key that is no expression
 */
export function patternValues(patterns: Readonly<Record<string, number>>): (module: string) => number | undefined {
  const rules = Object.entries(patterns).map(([key, value]) => [new RegExp(`^(?:.*\\.)?(?:${key})$`), value] as const);
  return (module) => rules.find(([expression]) => expression.test(module))?.[1];
}

/** Does what matches expressions from a file. @returns undefined where one of them takes too long */
export function matchInTime<T>(match: () => T): T | undefined {
  try {
    return withinTime(MOST_MS, match);
  } catch (error) {
    if (error instanceof OutOfTime) return undefined;
    throw error;
  }
}
