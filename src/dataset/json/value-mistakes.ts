import type { TextEdit } from '../finding';
import { describeWord, quoted, type Mistake } from './mistakes';
import { MAX_DEPTH } from './scan';
import { commentFix, quotedFix, removal, replacement } from './syntax-fixes';

// What is wrong inside a value. Where something is missing, `at` is where it should stand.

export function comment(text: string, start: number, end: number): Mistake {
  const fixes = [commentFix(text, start, end)];
  return { rule: 'comment', start, end, message: 'JSON has no comments - remove it', fixes };
}

/** @param edits close what is open */
export function cutOff(at: number, edits: readonly TextEdit[]): Mistake {
  const message = 'the file ends inside an example - it was cut off: complete the example or delete it';
  return {
    rule: 'cut-off',
    start: at,
    end: at,
    message,
    fixes: [{ title: 'Close open brackets and quotes', edits, safe: false }],
  };
}

export function missingColon(at: number): Mistake {
  const message = 'a colon is missing after the key - write : here';
  const fixes = [replacement('Write a colon', at, at, ':', true)];
  return { rule: 'missing-colon', start: at, end: at, message, fixes };
}

/** @param c the first of `length` characters that stand where a colon should */
export function wrongColon(c: string, at: number, length: number): Mistake {
  const message = `${c} is in place of a colon - write : between key and text`;
  const fixes = [replacement('Write a colon', at, at + length, ':', true)];
  return { rule: 'missing-colon', start: at, end: at + 1, message, fixes };
}

export function missingComma(at: number): Mistake {
  const fixes = [replacement('Write a comma', at, at, ',', true)];
  return { rule: 'missing-comma', start: at, end: at, message: 'a comma is missing - write , here', fixes };
}

export function wrongComma(c: string, at: number): Mistake {
  const message = `${c} is in place of a comma - write , here`;
  const fixes = [replacement('Write a comma', at, at + 1, ',', true)];
  return { rule: 'missing-comma', start: at, end: at + 1, message, fixes };
}

export function extraComma(at: number): Mistake {
  const fixes = [removal('Remove the comma', at, at + 1, true)];
  return { rule: 'extra-comma', start: at, end: at + 1, message: 'an extra comma - remove it', fixes };
}

export function trailingComma(at: number): Mistake {
  const message = 'there is a comma before the closing bracket - remove it';
  const fixes = [removal('Remove the trailing comma', at, at + 1, true)];
  return { rule: 'trailing-comma', start: at, end: at + 1, message, fixes };
}

export function tooDeep(at: number): Mistake {
  const message = `brackets are nested deeper than ${MAX_DEPTH} levels - an example is a simple object with texts`;
  return { rule: 'too-deep', start: at, end: at + 1, message };
}

export function missingClose(at: number, bracket: string): Mistake {
  const message = `a closing ${bracket} is missing - write ${bracket} here`;
  const fixes = [replacement(`Write ${bracket}`, at, at, bracket, false)];
  return { rule: 'wrong-bracket', start: at, end: at, message, fixes };
}

/** @param right the bracket that would close what is open */
export function wrongClose(c: string, at: number, right: string): Mistake {
  const message = `${c} does not match the opening bracket - write ${right} here`;
  const fixes = [replacement(`Write ${right}`, at, at + 1, right, false)];
  return { rule: 'wrong-bracket', start: at, end: at + 1, message, fixes };
}

export function missingValue(text: string, at: number): Mistake {
  const message = 'the key has no value - write : and text in double quotes, or remove the key';
  const empty = text[at - 1] === ':' ? ' ""' : ': ""';
  const fixes = [replacement('Write an empty text to fill in', at, at, empty, false)];
  return { rule: 'missing-value', start: at, end: at, message, fixes };
}

/** A key without quotes, or with one of them: [at, end) is replaced. */
export function bareKey(word: string, at: number, end: number): Mistake {
  const message = `the key ${quoted(word)} is not in quotes - write "${word}"`;
  const fixes = [replacement('Put the key in double quotes', at, end, `"${word}"`, true)];
  return { rule: 'unquoted-text', start: at, end, message, fixes };
}

/** A word that is neither a JSON value nor in quotes. */
export function bareWord(word: string, at: number): Mistake {
  const { rule, message, meant } = describeWord(word);
  const end = at + word.length;
  const safe = NO_NUMBERS.test(word);
  return { rule, start: at, end, message, fixes: [replacement(`Write ${meant}`, at, end, meant, safe)] };
}

/** What Python's json writes for numbers that are none. */
const NO_NUMBERS = /^(?:NaN|-?Infinity)$/;

export function bareText(text: string, start: number, end: number): Mistake {
  const shown = quoted(text.slice(start, Math.min(end, start + 60)));
  const message = `the text ${shown} has no opening quote - put it in double quotes`;
  return { rule: 'unquoted-text', start, end, message, fixes: [quotedFix(text, start, end)] };
}

/** @param why what should stand here instead; not said where the word is skipped */
export function unexpected(word: string, at: number, why?: string): Mistake {
  const message = `${quoted(word)} is unexpected${why === undefined ? ' here' : `: ${why}`} - remove it`;
  return { rule: 'unexpected-text', start: at, end: at + word.length, message };
}
