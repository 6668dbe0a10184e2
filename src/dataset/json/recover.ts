import type { Fix, TextEdit } from '../finding';
import { describeWord, isJsonWord, quoted, type Mistake, type SyntaxRule } from './mistakes';
import { isKeyAt, LOOK_AHEAD, scanText, type SearchBudget, type TextRole } from './recover-text';
import { MAX_DEPTH } from './scan';
import { closingEdits, commentFix, quotedFix, removal, replacement, requoted } from './syntax-fixes';

export interface Recovery {
  /** Where reading goes on: after the broken value, or at the place where the next one begins. */
  readonly end: number;
  readonly mistakes: readonly Mistake[];
  /** The text ended before the value did. */
  readonly cutOff: boolean;
}

type Expected = 'value' | 'valueOrClose' | 'key' | 'keyOrClose' | 'colon' | 'commaOrClose';

/** More mistakes than this in one value are not told apart. */
const MAX_MISTAKES = 100;

const SPACE = /\s*/y;
const COMMENT = /\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/)){0,2000}\*\/|#(?=[\s!#])[^\n]*/y;
const BARE_KEY = /[^\s"'{}[\],:]{1,64}(?=["']?\s*:)/y;
const BARE_WORD = /[^\s"'{}[\],:]+/y;
const BARE_TEXT_END =
  /"(?=\s*(?:,\s*["}\]]|[}\]]))|(?=,\s*"[^"\\\n]{1,64}"\s*:)|(?=\s*,?\s*[}\]])|(?=\s*,?[^\S\n]*\n)/g;
const NEXT_ITEM = /(?=,\s*["'][^"'\\\n]{1,64}["']\s*:|,?\s*\}\s*(?:[,\]{]|$)|,?\s*\}[^\S\n]*\n)/g;
// A few characters too many before the token that is wanted.
const STRAY_THEN_COLON = /[^\s"':]{1,3}(?=\s*:)/y;
const STRAY_THEN_TEXT = /[^\s"'{[]{1,3}(?=\s*"(?!\s*[,}\]]))|[{[](?=\s*"(?:[^"\\\n]|\\.)*"\s*[,}])/y;
const STRAY_THEN_KEY = /[^\s"']{1,3}(?=\s*"[^"\\\n]{1,64}"\s*:)/y;
const ITEM_AFTER_BRACKET = /[}\]]\s*,\s*\{\s*["}]/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Where the pattern first matches in `text` from `at` on, looking no further than LOOK_AHEAD. */
function find(pattern: RegExp, text: string, at: number): { start: number; end: number } | undefined {
  pattern.lastIndex = 0;
  const match = pattern.exec(text.slice(at, at + LOOK_AHEAD));
  return match === null ? undefined : { start: at + match.index, end: at + match.index + match[0].length };
}

/**
 * Reads one value that is not JSON as it should be, starting at `start`: names each mistake with its range and goes on as if it
 * had been made good. After a mistake that leaves the rest of the value doubtful nothing more is reported in it. No recursion:
 * depth costs memory, not stack.
 */
export function recoverValue(text: string, start: number, budget: SearchBudget): Recovery {
  return new Recoverer(text, start, budget, false).run();
}

/** Where what begins at `start`, debris of the broken value before it, ends. No mistakes are reported. */
export function recoverDebris(text: string, start: number, budget: SearchBudget): Recovery {
  return new Recoverer(text, start, budget, true).run();
}

/** Where an object whose opening brace is missing ends; `start` is at its first key. No mistakes are reported. */
export function recoverObjectBody(text: string, start: number, budget: SearchBudget): Recovery {
  return new Recoverer(text, start, budget, true).runInObject();
}

class Recoverer {
  private readonly mistakes: Mistake[] = [];
  /** Open brackets, outermost first: true for an array. */
  private readonly arrays: boolean[] = [];
  private expected: Expected = 'value';
  private at: number;
  /** After the last token other than a comma, and where the last comma stood. */
  private lastEnd: number;
  private lastComma = -1;
  private cutOff = false;
  /** The text ended inside a string. */
  private inText = false;
  /** Edits of the fix for quotes of the wrong kind, which is reported once. */
  private readonly quoteEdits = new Map<string, TextEdit[]>();
  private done = false;

  constructor(
    private readonly text: string,
    start: number,
    private readonly budget: SearchBudget,
    /** Nothing (more) is reported. */
    private silent: boolean,
  ) {
    this.at = start;
    this.lastEnd = start;
  }

  run(): Recovery {
    while (!this.done) {
      this.skipSpace();
      if (this.at >= this.text.length) this.endOfText();
      else this.step(this.text[this.at]!);
    }
    // What lies after the end is read again by the caller.
    const mistakes = this.mistakes.filter(({ start, end }) => start < this.at || (start === this.at && end === start));
    return { end: this.at, mistakes, cutOff: this.cutOff };
  }

  runInObject(): Recovery {
    this.arrays.push(false);
    this.expected = 'keyOrClose';
    return this.run();
  }

  private report(
    rule: SyntaxRule,
    start: number,
    end: number,
    message: string,
    doubtful = false,
    fixes: readonly Fix[] = [],
  ): void {
    const again = (rule === 'single-quotes' || rule === 'curly-quotes') && this.mistakes.some((m) => m.rule === rule);
    if (!this.silent && !again) this.mistakes.push({ rule, start, end, message, fixes });
    if (doubtful || this.mistakes.length >= MAX_MISTAKES) this.silent = true;
  }

  private skipSpace(): void {
    for (;;) {
      this.at += matchAt(SPACE, this.text, this.at)!.length;
      const comment = matchAt(COMMENT, this.text, this.at);
      // In a doubtful value `//` may be part of a text, and the line may hold the whole file.
      if (comment === undefined || (this.silent && comment.includes('}'))) return;
      const end = this.at + comment.trimEnd().length;
      const fix = commentFix(this.text, this.at, end);
      this.report('comment', this.at, end, 'JSON has no comments - remove it', false, [fix]);
      this.at += comment.length;
    }
  }

  private get inArray(): boolean {
    return this.arrays.at(-1) === true;
  }

  private endOfText(): void {
    this.at = this.text.length;
    this.cutOff = true;
    this.done = true;
    const last = this.text.trimEnd().length;
    const message = 'the file ends inside an example - it was cut off: complete the example or delete it';
    const { inText, expected, arrays, text } = this;
    const lastComma = this.lastComma >= this.lastEnd ? this.lastComma : -1;
    const edits = closingEdits(text, last, { inText, expected, arrays, lastComma });
    this.report('cut-off', last, last, message, true, [{ title: 'Close what is open', edits, safe: false }]);
  }

  private step(c: string): void {
    if (this.expected === 'value' || this.expected === 'valueOrClose') this.value(c);
    else if (this.expected === 'colon') this.colon(c);
    else if (this.expected === 'commaOrClose') this.commaOrClose(c);
    else this.key(c);
  }

  private value(c: string): void {
    const close = c === '}' || c === ']';
    if (c === '{' && this.silent && !this.inArray && this.onNewLine()) this.unclosedObject();
    else if (c === '{' || c === '[') this.open(c === '[');
    else if (c === '"') this.readText(this.inArray ? 'item' : 'value');
    else if (c === "'" || c === '“' || c === '”' || c === '‘' || c === '’') this.readOtherQuotes(c, 'value');
    else if (this.inArray && close) this.close(c);
    else if (this.inArray && c === ',') this.extraComma();
    else if (c !== ',' && this.isBefore(STRAY_THEN_TEXT) && !this.isBefore(STRAY_THEN_KEY)) {
      this.skipStray(STRAY_THEN_TEXT);
    } else if (close || c === ',') this.missingValue();
    else this.bareValue();
  }

  private key(c: string): void {
    if (c === '"') this.readText('key');
    else if (c !== ',' && c !== '{' && this.isBefore(STRAY_THEN_KEY)) this.skipStray(STRAY_THEN_KEY);
    else if (c === '}' || c === ']') this.close(c);
    else if (c === ',') this.extraComma();
    else if (c === '{') this.unclosedObject();
    else if (c === "'" || c === '“' || c === '”' || c === '‘' || c === '’') this.readOtherQuotes(c, 'key');
    else if (!this.bareKey()) this.stray('a key in double quotes should stand here');
  }

  private colon(c: string): void {
    const { text, at } = this;
    if (c === ':') {
      this.take(1, 'value');
    } else if (this.isBefore(STRAY_THEN_COLON)) {
      this.skipStray(STRAY_THEN_COLON);
    } else if (c !== '"' && this.isBefore(STRAY_THEN_TEXT) && !this.isBefore(STRAY_THEN_KEY)) {
      this.wrongColon(c, text.startsWith('=>', at) ? 2 : 1);
    } else if (c === '{' && this.onNewLine()) {
      this.unclosedObject();
    } else if (c === '}' || c === ']' || (c === ',' && isKeyAt(text, at + 1 + matchAt(SPACE, text, at + 1)!.length))) {
      this.missingValue();
    } else if (c === ',' || c === '=' || c === ';') {
      this.wrongColon(c, text.startsWith('=>', at) ? 2 : 1);
    } else {
      const fix = replacement('Write a colon', this.lastEnd, this.lastEnd, ':', true);
      const message = 'a colon is missing after the key - write : here';
      this.report('missing-colon', this.lastEnd, this.lastEnd, message, false, [fix]);
      this.expected = 'value';
    }
  }

  private wrongColon(c: string, length: number): void {
    const { at } = this;
    const fix = replacement('Write a colon', at, at + length, ':', true);
    const message = `${c} stands where a colon should - write : between key and text`;
    this.report('missing-colon', at, at + 1, message, false, [fix]);
    this.take(length, 'value');
  }

  private commaOrClose(c: string): void {
    const { at, inArray } = this;
    if (c === ',') {
      this.lastComma = at;
      this.at++;
      this.expected = inArray ? 'value' : 'key';
    } else if (c === '}' || c === ']') {
      this.close(c);
    } else if (c === '{' && !inArray) {
      this.unclosedObject();
    } else if (c === '"' || c === "'" || (inArray && (c === '{' || c === '['))) {
      this.missingComma();
    } else if ((c === ';' || c === '.') && /^.\s*"/s.test(this.text.slice(at, at + 200))) {
      const fix = replacement('Write a comma', at, at + 1, ',', true);
      this.report('missing-comma', at, at + 1, `${c} stands where a comma should - write , here`, false, [fix]);
      this.lastComma = at;
      this.at++;
      this.expected = inArray ? 'value' : 'key';
    } else if (!inArray && matchAt(BARE_KEY, this.text, at) !== undefined) {
      this.missingComma();
    } else {
      this.stray('it stands after the end of a value');
    }
  }

  private take(length: number, expected: Expected): void {
    this.at += length;
    this.lastEnd = this.at;
    this.expected = expected;
    if (expected === 'commaOrClose' && this.arrays.length === 0) this.done = true;
  }

  private open(array: boolean): void {
    this.arrays.push(array);
    if (this.arrays.length === MAX_DEPTH + 1) {
      const message = `brackets are nested deeper than ${MAX_DEPTH} levels - an example is an object of texts`;
      this.report('too-deep', this.at, this.at + 1, message, true);
    }
    this.take(1, array ? 'valueOrClose' : 'keyOrClose');
  }

  private close(c: '}' | ']'): void {
    const { at } = this;
    if (this.inArray !== (c === ']')) {
      // A typing slip where the next example follows, or where the bracket around this one would not fit either.
      const parent = this.arrays.at(-2);
      const slip = c === ']' ? parent === false || ITEM_AFTER_BRACKET.test(this.from(at)) : parent !== false;
      if (!slip) {
        const bracket = this.inArray ? ']' : '}';
        this.reportTrailingComma();
        this.report(
          'wrong-bracket',
          this.lastEnd,
          this.lastEnd,
          `a closing ${bracket} is missing - write ${bracket} here`,
          true,
          [replacement(`Write ${bracket}`, this.lastEnd, this.lastEnd, bracket, false)],
        );
        this.pop(0);
        return;
      }
      const right = this.inArray ? ']' : '}';
      const fix = replacement(`Write ${right}`, at, at + 1, right, false);
      this.report('wrong-bracket', at, at + 1, `${c} does not close what is open - write ${right} here`, true, [fix]);
    } else {
      this.reportTrailingComma();
    }
    this.pop(1);
  }

  private from(at: number): string {
    ITEM_AFTER_BRACKET.lastIndex = 0;
    return this.text.slice(at, at + 1000);
  }

  private reportTrailingComma(): void {
    if (this.expected !== 'key' && this.expected !== 'value') return;
    if (this.lastComma < this.lastEnd) return;
    const message = 'a comma stands before the closing bracket - remove it';
    const fix = removal('Remove the trailing comma', this.lastComma, this.lastComma + 1, true);
    this.report('trailing-comma', this.lastComma, this.lastComma + 1, message, false, [fix]);
  }

  private pop(length: number): void {
    this.arrays.pop();
    const end = this.lastEnd;
    this.take(length, 'commaOrClose');
    if (length === 0 && this.done) this.at = end;
  }

  /** `{` where a key or comma should be: the object before it was never closed, and the next one begins. */
  private unclosedObject(): void {
    // Where a comma stands before the next object, the bracket goes before it.
    const fix = replacement('Write }', this.lastEnd, this.lastEnd, '}', false);
    this.report('wrong-bracket', this.lastEnd, this.lastEnd, 'a closing } is missing - write } here', true, [fix]);
    const comma = this.expected === 'key' ? this.lastComma : -1;
    this.arrays.pop();
    while (this.arrays.length > 0 && !this.inArray) this.arrays.pop();
    this.expected = comma >= 0 ? 'value' : 'commaOrClose';
    if (this.arrays.length > 0) return;
    this.done = true;
    this.at = comma >= 0 ? comma : this.lastEnd;
  }

  private isBefore(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  /** Skips what the pattern, which matches here, takes for characters too many. */
  private skipStray(pattern: RegExp): void {
    const word = matchAt(pattern, this.text, this.at)!;
    this.report('unexpected-text', this.at, this.at + word.length, `${quoted(word)} is unexpected here - remove it`);
    this.at += word.length;
  }

  private onNewLine(): boolean {
    return this.arrays.length > 0 && this.text.slice(this.lastEnd, this.at).includes('\n');
  }

  private extraComma(): void {
    const fix = removal('Remove the comma', this.at, this.at + 1, true);
    this.report('extra-comma', this.at, this.at + 1, 'a comma too many - remove it', false, [fix]);
    this.lastComma = this.at;
    this.at++;
  }

  private missingComma(): void {
    const fix = replacement('Write a comma', this.lastEnd, this.lastEnd, ',', true);
    this.report('missing-comma', this.lastEnd, this.lastEnd, 'a comma is missing - write , here', false, [fix]);
    this.expected = this.inArray ? 'value' : 'key';
    this.lastComma = -1;
  }

  private missingValue(): void {
    const message = 'the key has no value - write : and a text in double quotes, or remove the key';
    const at = this.lastEnd;
    const empty = this.text[at - 1] === ':' ? ' ""' : ': ""';
    this.report('missing-value', at, at, message, false, [
      replacement('Write an empty text to fill in', at, at, empty, false),
    ]);
    this.expected = 'commaOrClose';
  }

  private readText(role: TextRole): void {
    const scanned = scanText(this.text, this.at, role, this.budget, (mistake) => {
      this.report(mistake.rule, mistake.start, mistake.end, mistake.message, false, mistake.fixes);
    });
    if (scanned.cutOff) this.inText = true;
    if (scanned.doubtful && !scanned.cutOff) this.silent = true;
    this.take(scanned.end - this.at, role === 'key' ? 'colon' : 'commaOrClose');
  }

  private readOtherQuotes(open: string, role: 'key' | 'value'): void {
    const closing = open === "'" ? "'" : '[“”‘’"]';
    const after = role === 'key' ? '\\s*:' : '\\s*(?:[,}\\]]|$)';
    const found = find(new RegExp(`${closing}(?=${after})|\\n`, 'g'), this.text, this.at + 1);
    if (found === undefined || this.text[found.start] === '\n') {
      if (role === 'value') this.bareValue();
      else this.stray('a key in double quotes should stand here');
      return;
    }
    const [rule, name] =
      open === "'" ? (['single-quotes', 'single'] as const) : (['curly-quotes', 'typographic'] as const);
    const message = `${name} quotes around a ${role === 'key' ? 'key' : 'text'} - JSON wants double quotes: "`;
    const edits = this.quoteEdits.get(rule) ?? [];
    this.quoteEdits.set(rule, edits);
    if (!this.silent) edits.push(...requoted(this.text, this.at, found.end));
    this.report(rule, this.at, found.end, message, false, [{ title: 'Write double quotes', edits, safe: true }]);
    this.take(found.end - this.at, role === 'key' ? 'colon' : 'commaOrClose');
  }

  private bareKey(): boolean {
    const word = matchAt(BARE_KEY, this.text, this.at);
    if (word === undefined) return false;
    const quote = /["']/.test(this.text[this.at + word.length]!) ? 1 : 0;
    const message = `the key ${quoted(word)} is not in quotes - write "${word}"`;
    const end = this.at + word.length + quote;
    const fix = replacement('Put the key in double quotes', this.at, end, `"${word}"`, true);
    this.report('unquoted-text', this.at, end, message, false, [fix]);
    this.take(word.length + quote, 'colon');
    return true;
  }

  private bareValue(): void {
    const { text, at } = this;
    const word = matchAt(BARE_WORD, text, at) ?? text[at]!;
    const next = /^\s*(?:[,}\]]|$)/.test(text.slice(at + word.length, at + word.length + 200));
    if (next || this.arrays.length === 0) {
      if (!isJsonWord(word)) {
        const { rule, message, meant } = describeWord(word);
        const fix = replacement(`Write ${meant}`, at, at + word.length, meant, false);
        this.report(rule, at, at + word.length, message, false, [fix]);
      }
      this.take(word.length, 'commaOrClose');
      return;
    }
    const found = find(BARE_TEXT_END, text, at) ?? { start: text.length, end: text.length };
    const end = Math.max(found.end, at + 1);
    const message = `the text ${quoted(text.slice(at, Math.min(end, at + 60)))} has no opening quote - put it in double quotes`;
    this.report('unquoted-text', at, end, message, true, this.silent ? [] : [quotedFix(text, at, end)]);
    this.take(end - at, 'commaOrClose');
  }

  /** Something that fits nowhere: reading goes on where the next key or the end of the object is seen. */
  private stray(why: string): void {
    const { text, at } = this;
    const word = matchAt(BARE_WORD, text, at) ?? text[at]!;
    this.report('unexpected-text', at, at + word.length, `${quoted(word)} is unexpected: ${why} - remove it`, true);
    const found = find(NEXT_ITEM, text, at);
    this.at = found === undefined ? Math.min(text.length, at + LOOK_AHEAD) : found.start;
    while (this.arrays.length > 1 && this.inArray) this.arrays.pop();
    this.lastEnd = this.at;
    this.expected = 'commaOrClose';
    if (found === undefined || this.arrays.length === 0 || this.at === at) {
      this.at = Math.max(this.at, at + 1);
      this.lastEnd = this.at;
      if (found === undefined || this.arrays.length === 0) this.done = true;
    }
  }
}
