import type { TextEdit } from '../finding';
import { escapeOfControl, nameOfControl, type Mistake } from './mistakes';
import { quoteEscapes, replacement } from './syntax-fixes';

/** No decision about broken text looks further than this many characters. */
export const LOOK_AHEAD = 65_536;

/** Characters a whole file may spend on searches for the true ends of broken texts, so that no file takes for ever. */
export interface SearchBudget {
  left: number;
}

export function searchBudget(): SearchBudget {
  return { left: 4_000_000 };
}

export type TextRole = 'key' | 'value' | 'item';

const KEY = /"[^"\\\n]{1,64}"\s*:/y;
const AFTER_KEY = /\s*:/y;
// After a comma: a key with its colon, a key every example has (its colon may be missing), or a new line.
const AFTER_VALUE =
  /\s*(?:,\s*(?:"[^"\\\n]{1,64}"\s*:|"(?:question|answer|agency)"|['}\]{#]|\/[/*]|$)|\/[/*]|,[^\S\n]*\r?\n\s*"|\}\s*(?:[,\]}{]|$)|\}[^\S\n]*\n|$)/y;
const AFTER_ITEM = /\s*(?:,\s*(?:["'{[\]]|$)|\]\s*(?:[,\]}]|$))/y;
const REST_OF_KEY = /\s*\w{1,64}"\s*:/y;
const NEXT_LINE_IS_JSON = /\s*(?:"[^"\\\n]{1,64}"\s*:|[}\]]|\{\s*["}]|$)/y;

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** Whether a quoted key with its colon stands at `at`. */
export function isKeyAt(text: string, at: number): boolean {
  return matches(KEY, text, at);
}

/** Whether what follows the quote at `quote` is what follows the end of a text in this role. */
function isPlausibleEnd(text: string, quote: number, role: TextRole): boolean {
  if (role === 'key') return matches(AFTER_KEY, text, quote + 1);
  return matches(role === 'value' ? AFTER_VALUE : AFTER_ITEM, text, quote + 1);
}

/** The last character before `at` that is not white space, not before `from`. */
function lastInk(text: string, at: number, from: number): string {
  let i = at - 1;
  while (i > from && /\s/.test(text[i]!)) i--;
  return i > from ? text[i]! : '';
}

/**
 * The quote that truly ends a text one of whose own quotes, at `from`, is not escaped: the first on the line that is followed
 * as an end is. -1 where there is none before the next key.
 */
function trueEnd(text: string, open: number, from: number, role: TextRole, budget: SearchBudget): number {
  const limit = Math.min(text.length, from + Math.min(LOOK_AHEAD, budget.left));
  budget.left -= limit - from;
  for (let i = from; i < limit; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) return -1;
    if (c === 92) i++;
    else if (c === 34) {
      if (i > from && isPlausibleEnd(text, i, role)) return i;
      if (isKeyAt(text, i) && /[{,]/.test(lastInk(text, i, open))) return -1;
    }
  }
  return -1;
}

/** Where a text without a closing quote was meant to end: before the comma and brackets that close its surroundings. */
function endWithoutQuote(text: string, open: number, stop: number): number {
  const tail = /\s*(?:\}\s*\]?\s*,?|\}\s*,?\s*\{|,)?\s*$/.exec(text.slice(Math.max(open + 1, stop - 200), stop));
  return tail === null ? stop : stop - tail[0].length;
}

export interface ScannedText {
  /** After the closing quote; where that is missing, where it should stand. */
  readonly end: number;
  /** The mistake is of a kind that makes what follows in this example doubtful. */
  readonly doubtful: boolean;
  /** The file ended inside the text. */
  readonly cutOff: boolean;
}

/** Reads the text that opens at `open` in broken JSON, reporting what is wrong with it. */
export function scanText(
  text: string,
  open: number,
  role: TextRole,
  budget: SearchBudget,
  report: (mistake: Mistake) => void,
): ScannedText {
  const n = text.length;
  const missing = (end: number): ScannedText => {
    const message = 'the text that begins here has no closing quote - write " at its end';
    const close = Math.max(end, open + 1);
    const fixes = [replacement('Write " at its end', close, close, '"', false)];
    report({ rule: 'unclosed-text', start: open, end: close, message, fixes });
    return { end: close, doubtful: true, cutOff: false };
  };
  // Grows while the text is read: one finding, and one fix for all of them.
  const controls: TextEdit[] = [];
  for (let i = open + 1; i < n; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) {
      i += scanEscape(text, i, report);
    } else if (c === 34) {
      if (isPlausibleEnd(text, i, role)) return { end: i + 1, doubtful: false, cutOff: false };
      const content = text.slice(open + 1, Math.min(i, open + 100));
      const colon = role === 'key' ? /^[^:,{}\n]{1,64}(?=:\s*$)/.exec(content) : null;
      if (colon !== null) return missing(open + 1 + colon[0].length);
      if (role !== 'key' && isKeyAt(text, i) && /[{,]/.test(lastInk(text, i, open))) {
        return missing(endWithoutQuote(text, open, i));
      }
      const end = trueEnd(text, open, i, role, budget);
      // A key right after the quote: a comma is missing, not a backslash.
      if (end === -1 || (role !== 'key' && /\s*"/y.test(text.slice(i + 1, i + 50)) && isKeyAfter(text, i + 1))) {
        return { end: i + 1, doubtful: false, cutOff: false };
      }
      const message = 'a quote inside the text ends it too early - write \\" for a quote inside a text';
      const edits = quoteEscapes(text, i, end);
      const title = edits.length === 1 ? 'Escape the quote' : 'Escape the quotes';
      report({ rule: 'unescaped-quote', start: i, end: i + 1, message, fixes: [{ title, edits, safe: false }] });
      return { end: end + 1, doubtful: true, cutOff: false };
    } else if (c < 32) {
      if ((c === 10 || c === 13) && role === 'key' && !matches(REST_OF_KEY, text, i)) return missing(i);
      if ((c === 10 || c === 13) && matches(NEXT_LINE_IS_JSON, text, i)) {
        if (/^\s*$/.test(text.slice(i, i + LOOK_AHEAD)) && !/[}\]]\s*$/.test(text.slice(Math.max(open, i - 50), i)))
          break;
        return missing(endWithoutQuote(text, open, i));
      }
      if (controls.length === 0) {
        const message = `${nameOfControl(c)} is inside the text - write ${escapeOfControl(c)} instead`;
        const fixes = [{ title: 'Write as an escape', edits: controls, safe: true }];
        report({ rule: 'control-character', start: i, end: i + 1, message, fixes });
      }
      controls.push({ start: i, end: i + 1, text: escapeOfControl(c) });
      // What follows a run of line breaks was looked at above.
      while (isSpaceAt(text, i + 1)) {
        const next = text.charCodeAt(++i);
        if (next < 32) controls.push({ start: i, end: i + 1, text: escapeOfControl(next) });
      }
    }
  }
  if (/\}\s*\]?\s*$/.test(text.slice(Math.max(open + 1, n - 100)))) return missing(endWithoutQuote(text, open, n));
  return { end: n, doubtful: true, cutOff: true };
}

function isSpaceAt(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c === 32 || (c >= 9 && c <= 13);
}

function isKeyAfter(text: string, at: number): boolean {
  let i = at;
  while (i < text.length && /\s/.test(text[i]!)) i++;
  return isKeyAt(text, i);
}

/** Checks the escape at `at` and returns how many characters follow the backslash. */
function scanEscape(text: string, at: number, report: (mistake: Mistake) => void): number {
  const next = text[at + 1] ?? '';
  if (next === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return 5;
  if (next !== '' && '"\\/bfnrt'.includes(next)) return 1;
  if (next < ' ') return 0;
  const bad = next === 'u' ? (/^\\u[0-9a-fA-F]{0,3}/.exec(text.slice(at, at + 6))?.[0] ?? '\\u') : `\\${next}`;
  const remedy =
    next === 'u' ? 'write \\u and four hexadecimal digits' : next === "'" ? "write ' alone" : `write \\\\${next}`;
  report({
    rule: 'invalid-escape',
    start: at,
    end: at + bad.length,
    message: `${bad} has no meaning in JSON - ${remedy}`,
    ...(next === 'u' || next === ''
      ? {}
      : {
          fixes: [
            next === "'"
              ? replacement("Write '", at, at + 2, "'", true)
              : replacement(`Write \\\\${next}`, at, at, '\\', false),
          ],
        }),
  });
  return next === '"' ? 0 : 1;
}
