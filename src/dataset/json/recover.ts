import type { TextEdit } from '../finding';
import { isJsonWord, type Mistake } from './mistakes';
import {
  BARE_KEY,
  BARE_TEXT_END,
  BARE_WORD,
  COMMENT,
  find,
  ITEM_AFTER_BRACKET,
  matchAt,
  NEXT_ITEM,
  SPACE,
  STRAY_THEN_COLON,
  STRAY_THEN_KEY,
  STRAY_THEN_TEXT,
} from './recover-patterns';
import { isKeyAt, LOOK_AHEAD, scanText, type SearchBudget, type TextRole } from './recover-text';
import { MAX_DEPTH } from './scan';
import { closingEdits, requoted } from './syntax-fixes';
import * as mistakes from './value-mistakes';

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

  /** @param doubtful what follows it in the value is not reported */
  private report(mistake: Mistake, doubtful = false): void {
    const { rule } = mistake;
    const again = (rule === 'single-quotes' || rule === 'curly-quotes') && this.mistakes.some((m) => m.rule === rule);
    if (!this.silent && !again) this.mistakes.push(mistake);
    if (doubtful || this.mistakes.length >= MAX_MISTAKES) this.silent = true;
  }

  private skipSpace(): void {
    for (;;) {
      this.at += matchAt(SPACE, this.text, this.at)!.length;
      const comment = matchAt(COMMENT, this.text, this.at);
      // In a doubtful value `//` may be part of a text, and the line may hold the whole file.
      if (comment === undefined || (this.silent && comment.includes('}'))) return;
      const end = this.at + comment.trimEnd().length;
      this.report(mistakes.comment(this.text, this.at, end));
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
    const { inText, expected, arrays, text } = this;
    const lastComma = this.lastComma >= this.lastEnd ? this.lastComma : -1;
    const edits = closingEdits(text, last, { inText, expected, arrays, lastComma });
    this.report(mistakes.cutOff(last, edits), true);
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
    else if (!this.bareKey()) this.stray('a key in double quotes is expected here');
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
      this.report(mistakes.missingColon(this.lastEnd));
      this.expected = 'value';
    }
  }

  private wrongColon(c: string, length: number): void {
    this.report(mistakes.wrongColon(c, this.at, length));
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
      this.report(mistakes.wrongComma(c, at));
      this.lastComma = at;
      this.at++;
      this.expected = inArray ? 'value' : 'key';
    } else if (!inArray && matchAt(BARE_KEY, this.text, at) !== undefined) {
      this.missingComma();
    } else {
      this.stray('it follows a complete value');
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
      this.report(mistakes.tooDeep(this.at), true);
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
        this.report(mistakes.missingClose(this.lastEnd, bracket), true);
        this.pop(0);
        return;
      }
      const right = this.inArray ? ']' : '}';
      this.report(mistakes.wrongClose(c, at, right), true);
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
    this.report(mistakes.trailingComma(this.lastComma));
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
    this.report(mistakes.missingClose(this.lastEnd, '}'), true);
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
    this.report(mistakes.unexpected(word, this.at));
    this.at += word.length;
  }

  private onNewLine(): boolean {
    return this.arrays.length > 0 && this.text.slice(this.lastEnd, this.at).includes('\n');
  }

  private extraComma(): void {
    this.report(mistakes.extraComma(this.at));
    this.lastComma = this.at;
    this.at++;
  }

  private missingComma(): void {
    this.report(mistakes.missingComma(this.lastEnd));
    this.expected = this.inArray ? 'value' : 'key';
    this.lastComma = -1;
  }

  private missingValue(): void {
    this.report(mistakes.missingValue(this.text, this.lastEnd));
    this.expected = 'commaOrClose';
  }

  private readText(role: TextRole): void {
    const scanned = scanText(this.text, this.at, role, this.budget, (mistake) => {
      this.report(mistake);
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
      else this.stray('a key in double quotes is expected here');
      return;
    }
    const [rule, name] =
      open === "'" ? (['single-quotes', 'single'] as const) : (['curly-quotes', 'typographic'] as const);
    const message = `${name} quotes around a ${role === 'key' ? 'key' : 'text'} - JSON wants double quotes: "`;
    const edits = this.quoteEdits.get(rule) ?? [];
    this.quoteEdits.set(rule, edits);
    if (!this.silent) edits.push(...requoted(this.text, this.at, found.end));
    const fixes = [{ title: 'Write double quotes', edits, safe: true }];
    this.report({ rule, start: this.at, end: found.end, message, fixes });
    this.take(found.end - this.at, role === 'key' ? 'colon' : 'commaOrClose');
  }

  private bareKey(): boolean {
    const word = matchAt(BARE_KEY, this.text, this.at);
    if (word === undefined) return false;
    const quote = /["']/.test(this.text[this.at + word.length]!) ? 1 : 0;
    this.report(mistakes.bareKey(word, this.at, this.at + word.length + quote));
    this.take(word.length + quote, 'colon');
    return true;
  }

  private bareValue(): void {
    const { text, at } = this;
    const word = matchAt(BARE_WORD, text, at) ?? text[at]!;
    const next = /^\s*(?:[,}\]]|$)/.test(text.slice(at + word.length, at + word.length + 200));
    if (next || this.arrays.length === 0) {
      if (!isJsonWord(word)) this.report(mistakes.bareWord(word, at));
      this.take(word.length, 'commaOrClose');
      return;
    }
    const found = find(BARE_TEXT_END, text, at) ?? { start: text.length, end: text.length };
    const end = Math.max(found.end, at + 1);
    if (!this.silent) this.report(mistakes.bareText(text, at, end), true);
    this.take(end - at, 'commaOrClose');
  }

  /** Something that fits nowhere: reading goes on where the next key or the end of the object is seen. */
  private stray(why: string): void {
    const { text, at } = this;
    const word = matchAt(BARE_WORD, text, at) ?? text[at]!;
    this.report(mistakes.unexpected(word, at, why), true);
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
