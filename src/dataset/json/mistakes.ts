import { printable } from '../../base/printable';
import type { Fix } from '../finding';

/** Ids of the mistakes in writing JSON; each has a page in docs/rules. */
export const SYNTAX_RULES = [
  'trailing-comma',
  'extra-comma',
  'missing-comma',
  'missing-colon',
  'missing-value',
  'unescaped-quote',
  'unclosed-text',
  'single-quotes',
  'curly-quotes',
  'unquoted-text',
  'invalid-value',
  'control-character',
  'invalid-escape',
  'comment',
  'wrong-bracket',
  'cut-off',
  'too-deep',
  'too-long',
  'unexpected-text',
] as const;

export type SyntaxRule = (typeof SYNTAX_RULES)[number];

/** A mistake in writing JSON, at offsets of the text it was found in. */
export interface Mistake {
  readonly rule: SyntaxRule;
  readonly start: number;
  /** After the last character; equal to `start` where something is missing. */
  readonly end: number;
  /** The reason and, after a dash, what to do. */
  readonly message: string;
  /** Repairs, best first, at offsets of the same text. */
  readonly fixes?: readonly Fix[];
}

/** Values of other languages: what to do, and what JSON writes for them. */
const WORDS: Readonly<Record<string, readonly [remedy: string, meant: string]>> = {
  NaN: ['NaN is Python, not JSON, and means that a number is missing - write null (`sft convert` does)', 'null'],
  Infinity: ['Infinity is Python, not JSON - write null (`sft convert` does), or text in double quotes', 'null'],
  '-Infinity': ['-Infinity is Python, not JSON - write null (`sft convert` does), or text in double quotes', 'null'],
  undefined: ['JSON has no undefined - write text in double quotes, or remove the key', 'null'],
  None: ['None is Python, not JSON - write null, or text in double quotes (json.dump writes JSON)', 'null'],
  True: ['True is Python, not JSON - write true (json.dump writes JSON)', 'true'],
  False: ['False is Python, not JSON - write false (json.dump writes JSON)', 'false'],
};

/** Whether the word is a JSON value that needs no quotes. */
export function isJsonWord(word: string): boolean {
  return /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(word);
}

/** What is wrong with a word that stands where a value should and is neither a JSON value nor in quotes, and what it was meant to be. */
export function describeWord(word: string): Pick<Mistake, 'rule' | 'message'> & { readonly meant: string } {
  const known = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (known !== undefined) return { rule: 'invalid-value', message: known[0], meant: known[1] };
  const meant = JSON.stringify(word);
  if (/^[-+]?[\d.][\d.,eE+-]*$/.test(word)) {
    return { rule: 'invalid-value', message: `${word} is not a JSON number - put it in double quotes`, meant };
  }
  return { rule: 'unquoted-text', message: `${quoted(word)} is not in quotes - put text in double quotes`, meant };
}

/** Text for a message: shortened, without line breaks. */
export function quoted(text: string): string {
  // What cannot be seen, as a byte-order mark, is spelt.
  const line = printable(text.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, ''));
  return line.length <= 40 ? `"${line}"` : `"${line.slice(0, 39)}…"`;
}

/** `tab`, `line break`, `U+0007`. */
export function nameOfControl(code: number): string {
  if (code === 9) return 'a tab';
  if (code === 10 || code === 13) return 'a line break';
  return `the control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** How JSON writes the control character: `\t`, `\u0007`. */
export function escapeOfControl(code: number): string {
  if (code === 9) return '\\t';
  if (code === 10) return '\\n';
  if (code === 13) return '\\r';
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
