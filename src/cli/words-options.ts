import { usageError } from './parse';
import type { OptionValues, Verb } from './verb';

/** Which words ROUGE compares. */
export const WORDS_OPTIONS: Verb['options'] = {
  unicode: { type: 'boolean', help: 'compare words of every script; the default if the right answers need it' },
  'no-unicode': { type: 'boolean', help: 'compare only words of a-z and 0-9, as Google does, whatever the answers' },
};

/** @returns undefined where neither is given @throws SftError usage where both are */
export function unicodeOption(options: OptionValues): boolean | undefined {
  const [on, off] = [options['unicode'] === true, options['no-unicode'] === true];
  if (on && off) throw usageError('--unicode and --no-unicode cannot be combined', 'give one of them, or neither');
  return on || off ? on : undefined;
}
