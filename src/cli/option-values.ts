import { SftError } from '../base/errors';
import type { OptionValues } from './verb';

/** The value of a string option; undefined where it was not given. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** @throws SftError usage */
export function requiredOption(options: OptionValues, name: string, remedy: string): string {
  const value = textOption(options, name);
  if (value === undefined) throw new SftError('usage', `--${name} is missing`, { remedy, exitCode: 2 });
  return value;
}

/** As a person writes numbers: Number() also takes 0x10, 1e3 as a count, and blanks. */
const WHOLE = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A number option within bounds.
 * @throws SftError usage
 */
export function numberOption(
  options: OptionValues,
  name: string,
  fallback: number,
  bounds: { readonly min: number; readonly max?: number; readonly integer?: boolean },
): number {
  const text = textOption(options, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  const { min, max = Infinity, integer = false } = bounds;
  const written = integer ? WHOLE : DECIMAL;
  if (written.test(text) && Number.isFinite(value) && value >= min && value <= max) return value;
  const kind = integer ? 'a whole number' : 'a number';
  const range = max === Infinity ? `from ${min} up` : `from ${min} to ${max}`;
  throw new SftError('usage', `--${name} is ${JSON.stringify(text)}, not ${kind} ${range}`, {
    remedy: `give --${name} such a number, or leave it out for ${fallback}`,
    exitCode: 2,
  });
}

/** The only positional of a verb. @throws SftError usage */
export function onlyPositional(positionals: readonly string[], what: string): string {
  const [value, ...more] = positionals;
  if (value !== undefined && more.length === 0) return value;
  throw new SftError(
    'usage',
    value === undefined ? `${what} is missing` : `one ${what} is expected, not ${positionals.length}`,
    {
      remedy: `give one ${what}`,
      exitCode: 2,
    },
  );
}

/** An option that is one of a few words; undefined where it was not given. @throws SftError usage */
export function choiceOption<const T extends string>(
  options: OptionValues,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const chosen = choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw new SftError('usage', `--${name} is ${JSON.stringify(text)}, not one of ${choices.join(', ')}`, {
    remedy: `give --${name} one of them`,
    exitCode: 2,
  });
}
