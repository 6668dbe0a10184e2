import { escapeRegExp } from './added-tokens';

/** Of no script and in no text that is meant to be read (a noncharacter of Unicode); where a text has it all the same, it is doubled. */
const MARK = '\ufdd0';
const MARKS = new RegExp(`${MARK}(${MARK}?)`, 'g');

/** Thoughts are told from answers by these, whatever the tokenizer calls them. */
const THOUGHTS = new Set(['<think>', '</think>']);

/**
 * Special tokens that are written out in a message are text, as with transformers' `split_special_tokens`. A template puts messages and its own
 * special tokens into one text: a mark within those of a message keeps the tokenizer from taking them for control.
 */
export class LiteralMarks {
  private readonly pattern: RegExp | undefined;

  /** @param special the special tokens; one of a single character cannot be marked */
  constructor(special: readonly string[]) {
    const tokens = special.filter((token) => token.length > firstOf(token).length && !THOUGHTS.has(token));
    if (tokens.length === 0) return;
    const first = [...new Set(tokens.map(firstOf))].map(escapeRegExp).join('|');
    const longestFirst = tokens.toSorted((a, b) => b.length - a.length).map(escapeRegExp);
    this.pattern = new RegExp(`(?=${first})(?:${longestFirst.join('|')})`, 'g');
  }

  mark(text: string): string {
    let marked = text.includes(MARK) ? text.replaceAll(MARK, MARK + MARK) : text;
    // Again, as what is left of one token may begin another.
    while (this.pattern !== undefined && marked.search(this.pattern) !== -1) {
      marked = marked.replace(this.pattern, (token) => {
        const first = firstOf(token);
        return first + MARK + token.slice(first.length);
      });
    }
    return marked;
  }
}

/** The first character, which may be two code units. */
function firstOf(token: string): string {
  return token === '' ? '' : String.fromCodePoint(token.codePointAt(0)!);
}

/** A text without its marks. */
export function unmarked(text: string): string {
  return text.includes(MARK) ? text.replace(MARKS, '$1') : text;
}
