import type { DatasetFormat } from '../example';
import { quoted } from './mistakes';
import { recoverDebris, recoverObjectBody, recoverValue } from './recover';
import { isKeyAt, LOOK_AHEAD, searchBudget } from './recover-text';
import { ElementScanner, INCOMPLETE } from './scan';
import type { Fix } from '../finding';
import { commentFix, removal, replacement } from './syntax-fixes';

/** What the parser knows where a value begins, besides the text that follows. */
export interface ElementState {
  readonly format: DatasetFormat;
  /** Of the values before this one: none, one, or more, which is all that counts. */
  readonly elements: 0 | 1 | 2;
  /** The array's brackets are not both there, and that was said. */
  readonly bracketsReported: boolean;
  /** What stands before it was broken, so that it may be a consequence. */
  readonly doubtful: boolean;
}

export const FIRST_STATE: ElementState = { format: 'jsonl', elements: 0, bracketsReported: false, doubtful: false };

/** One value of the file, sound JSON. Offsets are of the file's text; `source` is the text between them. */
export interface ParsedElement {
  readonly type: 'element';
  readonly start: number;
  readonly end: number;
  readonly source: string;
  readonly value: unknown;
  /** The same key stands more than once in the object. */
  readonly repeatedKeys: boolean;
  /** As it was where the value began; a table's record has none. */
  readonly state?: ElementState;
}

export interface ParsedMistake {
  readonly type: 'mistake';
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** At offsets of the file's text. */
  readonly fixes?: readonly Fix[];
}

export type Parsed = ParsedElement | ParsedMistake;

/** An example longer than this many UTF-16 units is refused: it is a file that never closes its first bracket. */
const MAX_ELEMENT = 64 * 1024 * 1024;
/** After so many mistakes the rest of the file is not read. */
const MAX_MISTAKES = 10_000;
/** A key where an example should begin, perhaps after one wrong character: the opening brace is missing. */
const KEY_INSTEAD_OF_BRACE = /(?:[^\s"{]\s*)?(?="[^"\\\n]{1,64}"\s*:)/y;

type State = 'start' | 'element' | 'separator' | 'closed' | 'stopped';

/**
 * Reads a dataset's text piece by piece: a JSON array or lines of objects, whichever the text holds. Mistakes are reported where
 * they are, and reading goes on with the next value. `emit` is called in file order.
 */
export class DatasetParser {
  /** 'jsonl' as long as nothing says otherwise. */
  format: DatasetFormat = 'jsonl';
  private readonly budget = searchBudget();
  private readonly scanner = new ElementScanner();
  private text = '';
  /** Offset in the file of text[0]. */
  private offset = 0;
  private at = 0;
  private state: State = 'start';
  private final = false;
  /** Do not try again before the held text is this long. */
  private wanted = 0;
  private mistakes = 0;
  /** Elements seen, sound or not. */
  private elements = 0;
  private lastEnd = 0;
  private lastComma = -1;
  /** The last element had a mistake, so that what follows it may be a consequence. */
  private doubtful = false;
  /** The array's brackets are not both there, and that was said. */
  private bracketsReported = false;
  private heldFirst: ParsedElement | undefined;
  private lastState = FIRST_STATE;

  /**
   * @param emit receives values and mistakes; `held` gives it access to the text they lie in
   * @param linesExpected the file's name says JSONL: a single object is then one line, not a JSON file without brackets
   * @param resume where a value begins in the file, and the state that was given with that value
   */
  constructor(
    private readonly emit: (parsed: Parsed) => void,
    private readonly linesExpected: boolean,
    resume?: { readonly state: ElementState; readonly offset: number },
  ) {
    if (resume === undefined) return;
    const { format, elements, bracketsReported, doubtful } = resume.state;
    this.format = format;
    this.elements = elements;
    this.bracketsReported = bracketsReported;
    this.doubtful = doubtful;
    this.offset = resume.offset;
    this.state = 'element';
  }

  /** The text still held and the file offset of its first character. All that is emitted during push and finish lies in it. */
  get held(): { readonly text: string; readonly offset: number } {
    return { text: this.text, offset: this.offset };
  }

  /** Nothing that follows will be read. */
  get stopped(): boolean {
    return this.state === 'stopped';
  }

  push(chunk: string): void {
    if (this.stopped) return;
    this.text += chunk;
    if (this.text.length >= this.wanted) this.advance();
  }

  /** The end of the file. */
  finish(): void {
    if (this.stopped) return;
    this.final = true;
    this.advance();
  }

  /** Forgets the text that neither the parser nor the caller, who knows where `upTo` lies, needs any more. */
  release(upTo: number): void {
    const from = Math.max(0, Math.min(upTo, this.settled) - this.offset);
    if (from === 0) return;
    this.text = this.text.slice(from);
    this.offset += from;
    this.at -= from;
    this.lastEnd -= from;
    if (this.lastComma >= 0) this.lastComma -= from;
  }

  /** File offset before which the parser needs nothing any more. */
  get settled(): number {
    if (this.heldFirst !== undefined) return this.heldFirst.start;
    const marks = [this.at, this.lastEnd - 1, this.lastComma >= 0 ? this.lastComma : this.at];
    return this.offset + Math.max(0, Math.min(...marks));
  }

  private report(rule: string, start: number, end: number, message: string, fixes: readonly Fix[] = []): void {
    if (this.stopped) return;
    if (rule !== 'top-level') this.releaseFirst();
    const { offset } = this;
    const inFile = fixes.map((fix) => shifted(fix, offset));
    this.emit({ type: 'mistake', rule, start: offset + start, end: offset + end, message, fixes: inFile });
    this.mistakes++;
    if (this.mistakes < MAX_MISTAKES) return;
    const stop = `more than ${MAX_MISTAKES} mistakes - correct these first; the rest of the file was not read`;
    this.emit({ type: 'mistake', rule: 'not-json', start: this.offset + end, end: this.offset + end, message: stop });
    this.state = 'stopped';
  }

  private advance(): void {
    this.wanted = 0;
    while (!this.stopped) {
      const { text } = this;
      while (this.at < text.length && isSpace(text.charCodeAt(this.at))) this.at++;
      if (this.at >= text.length) {
        if (this.final) this.end();
        return;
      }
      if (!this.final && this.state !== 'start' && isCommentStart(text, this.at) && !this.enough(this.at)) return;
      if (this.skipComment()) continue;
      if (this.state === 'start') {
        if (!this.enough(this.at)) return;
        this.begin();
      } else if (this.state === 'separator') {
        if (!this.separator(text[this.at]!)) return;
      } else if (this.state === 'closed') {
        if (!this.enough(this.at)) return;
        this.afterClose();
      } else if (!this.element(text[this.at]!)) return;
    }
  }

  /** Whether enough text follows for a decision that looks ahead; asks for more where not. */
  private enough(at: number): boolean {
    if (this.final || this.text.length - at >= LOOK_AHEAD * 2) return true;
    this.wanted = at + LOOK_AHEAD * 2;
    return false;
  }

  private skipComment(): boolean {
    if (!isCommentStart(this.text, this.at)) return false;
    const rest = this.text.slice(this.at, this.at + LOOK_AHEAD);
    const comment = /^(?:\/\/[^\n]*|#(?=[\s!#])[^\n]*|\/\*[\s\S]{0,2000}?\*\/)/.exec(rest)?.[0];
    // After a broken value `//` may be part of a text, and the line may hold the whole file.
    if (comment === undefined || (this.doubtful && comment.includes('}'))) return false;
    if (this.state === 'start' && !/^\s*[[{/#]/.test(rest.slice(comment.length))) return false;
    const end = this.at + comment.trimEnd().length;
    this.report('comment', this.at, end, 'JSON has no comments - remove it', [commentFix(this.text, this.at, end)]);
    this.at += comment.length;
    return true;
  }

  private begin(): void {
    const { text, at } = this;
    if (text[at] === '[') {
      this.format = 'json';
      this.at++;
      this.state = 'element';
    } else if (text[at] === '{') {
      this.state = 'element';
    } else {
      const start = /\[\s*(?:\{|$)|\{\s*"/.exec(text.slice(at, at + 4096));
      const lineEnd = /^[^\r\n]{1,200}/.exec(text.slice(at, at + 200))?.[0].trimEnd().length ?? 1;
      const shown = quoted(text.slice(at, at + 60));
      if (start === null) {
        const what = /^(?:"|-?\d|true\b|false\b|null\b)/.test(text.slice(at, at + 10)) ? 'top-level' : 'not-json';
        const reason = what === 'not-json' ? 'this is not JSON' : 'a dataset is a list of examples';
        const remedy = 'write a JSON array [ {"question": "…", "answer": "…"}, … ] or one such object a line';
        this.report(what, at, at + lineEnd, `${reason}: the file begins with ${shown} - ${remedy}`);
        this.state = 'stopped';
        return;
      }
      const end = at + text.slice(at, at + start.index).trimEnd().length;
      this.report(
        'unexpected-text',
        at,
        end,
        `the file begins with ${shown} - remove it: a dataset begins with [ or {`,
      );
      this.bracketsReported = true;
      this.at = at + start.index;
    }
  }

  /** At a place where a value, or the array's end, should stand. False: more text is needed. */
  private element(c: string): boolean {
    const { at } = this;
    if (c !== '{') {
      if (!this.enough(at)) return false;
      KEY_INSTEAD_OF_BRACE.lastIndex = at;
      const match = KEY_INSTEAD_OF_BRACE.exec(this.text);
      if (match !== null) return this.readWithoutBrace(match[0].trimEnd().length, at + match[0].length);
    }
    if (c === ']' && this.format === 'json') {
      if (this.lastComma >= this.lastEnd && this.lastComma >= 0 && this.elements > 0) this.trailingComma();
      this.closeArray();
    } else if (c === ',') {
      const fix = removal('Remove the comma', at, at + 1, true);
      this.report('extra-comma', at, at + 1, 'a comma too many - remove it', [fix]);
      this.lastComma = at;
      this.at++;
    } else if (c === '[' && /^\[\s*\{/.test(this.text.slice(at, at + 100))) {
      const fix = removal('Remove the bracket', at, at + 1, false);
      this.report('wrong-bracket', at, at + 1, '[ is one too many here - remove it: one array holds all examples', [
        fix,
      ]);
      this.bracketsReported = true;
      this.at++;
    } else if (c === '}' || c === ']' || c === ':') {
      this.strayText();
    } else {
      return this.readElement();
    }
    return true;
  }

  private trailingComma(): void {
    const message = 'a comma stands after the last example - remove it';
    const fix = removal('Remove the trailing comma', this.lastComma, this.lastComma + 1, true);
    this.report('trailing-comma', this.lastComma, this.lastComma + 1, message, [fix]);
  }

  private closeArray(): void {
    this.at++;
    this.lastEnd = this.at;
    this.lastComma = -1;
    this.state = 'closed';
  }

  private readElement(): boolean {
    const { text, at, scanner } = this;
    let end = scanner.scan(text, at);
    if (end === INCOMPLETE && !this.final) {
      if (text.length - at < MAX_ELEMENT) {
        this.wanted = at + Math.min((text.length - at) * 2, MAX_ELEMENT);
        return false;
      }
      const message = `this example is longer than ${MAX_ELEMENT / 1024 / 1024} million characters - close its brackets`;
      this.report('too-long', at, at + 1, message);
      this.state = 'stopped';
      return true;
    }
    if (end > 0) {
      const source = text.slice(at, end);
      const value = parseJson(source);
      if (value !== undefined) {
        this.accept(end, source, value.value, scanner.keys);
        return true;
      }
    }
    const debris = this.doubtful && text[at] !== '{';
    const recovery = debris ? recoverDebris(text, at, this.budget) : recoverValue(text, at, this.budget);
    if (!this.final && recovery.end + LOOK_AHEAD > text.length && text.length - at < MAX_ELEMENT) {
      this.wanted = at + Math.max(2 * (text.length - at), LOOK_AHEAD * 2);
      return false;
    }
    end = Math.max(recovery.end, at + 1);
    const sound = recovery.mistakes.length === 0 ? parseJson(text.slice(at, end)) : undefined;
    if (sound !== undefined) {
      this.accept(end, text.slice(at, end), sound.value, scanner.keys);
      return true;
    }
    this.releaseFirst();
    if (debris || (this.doubtful && end === at + 1)) {
      this.moveTo(end);
      return true;
    }
    const ordered = recovery.mistakes.toSorted((a, b) => a.start - b.start);
    for (const { rule, start, end: stop, message, fixes = [] } of ordered) {
      this.report(rule, start, stop, message, rule === 'cut-off' ? this.cutOffFixes(start, fixes) : fixes);
    }
    if (recovery.mistakes.length === 0) {
      this.report('unexpected-text', at, end, 'this is not JSON - write an object with "question" and "answer"');
    }
    this.elements++;
    this.doubtful = true;
    if (recovery.cutOff) this.bracketsReported = true;
    this.moveTo(end);
    return true;
  }

  /** The repairs of an example that was cut off, the array around it closed as well. */
  private cutOffFixes(end: number, fixes: readonly Fix[]): Fix[] {
    const { text, at, lastEnd, elements } = this;
    const outer = this.format === 'json' && !this.bracketsReported;
    const bracket = !outer ? '' : /\n\s*$/.test(text.slice(Math.max(0, at - 200), at)) ? '\n]' : ']';
    const closed = fixes.map(({ title, edits, safe }) => {
      const last = edits.at(-1)!;
      return { title, safe, edits: [...edits.slice(0, -1), { ...last, text: last.text + bracket }] };
    });
    // Without another example nothing would be left.
    if (elements === 0) return closed;
    return [...closed, replacement('Delete the example that was cut off', lastEnd, end, bracket, false)];
  }

  private readWithoutBrace(wrong: number, key: number): boolean {
    const { at, text } = this;
    const { end } = recoverObjectBody(text, key, this.budget);
    if (!this.final && end + LOOK_AHEAD > text.length && text.length - at < MAX_ELEMENT) {
      this.wanted = at + Math.max(2 * (text.length - at), LOOK_AHEAD * 2);
      return false;
    }
    const message =
      wrong === 0
        ? 'the example has no opening brace - write { here'
        : `${text[at]!} stands where an example begins - write { here`;
    const fix = replacement('Write {', at, at + wrong, '{', false);
    if (!this.doubtful) this.report('wrong-bracket', at, at + wrong, message, [fix]);
    this.elements++;
    this.doubtful = true;
    this.moveTo(Math.max(end, at + 1));
    return true;
  }

  private accept(end: number, source: string, value: unknown, keys: number): void {
    if (this.doubtful && !isObject(value)) {
      // Debris of the broken value before it.
      this.moveTo(end);
      return;
    }
    const repeatedKeys = isObject(value) && Object.keys(value).length !== keys;
    const state = sameState(this.lastState, this.format, this.elements, this.bracketsReported, this.doubtful);
    this.lastState = state;
    const element: ParsedElement = {
      type: 'element',
      start: this.offset + this.at,
      end: this.offset + end,
      source,
      value,
      repeatedKeys,
      state,
    };
    this.elements++;
    this.doubtful = false;
    // A lone object may be a whole JSON file without brackets: that is known when the next value is seen, or the end.
    if (this.elements === 1 && this.format === 'jsonl') this.heldFirst = element;
    else {
      this.releaseFirst();
      this.emit(element);
    }
    this.moveTo(end);
  }

  private releaseFirst(): void {
    if (this.heldFirst !== undefined) this.emit(this.heldFirst);
    this.heldFirst = undefined;
  }

  private moveTo(end: number): void {
    this.at = end;
    this.lastEnd = end;
    this.lastComma = -1;
    if (!this.stopped) this.state = 'separator';
  }

  /** After a value. False: more text is needed. */
  private separator(c: string): boolean {
    const { at, format } = this;
    if (format === 'jsonl' && (c === ',' || c === ']') && this.elements === 1) {
      if (!this.enough(at)) return false;
      this.arrayWithoutBracket();
    } else if (c === ',') {
      if (format === 'jsonl' && !this.doubtful)
        this.report('extra-comma', at, at + 1, 'a comma between two lines of JSONL - remove it', [
          removal('Remove the comma', at, at + 1, true),
        ]);
      this.lastComma = at;
      this.at++;
      this.state = 'element';
    } else if (c === ']' && format === 'json') {
      this.closeArray();
    } else if (/^[{[]\s*[,\]]/.test(this.text.slice(at, at + 100))) {
      this.strayText();
    } else if (c === '{' || c === '[' || c === '"') {
      if (format === 'json' && !this.doubtful && !isKeyAt(this.text, at)) {
        this.report(
          'missing-comma',
          this.lastEnd,
          this.lastEnd,
          'a comma is missing between two examples - write , here',
          [replacement('Write a comma', this.lastEnd, this.lastEnd, ',', true)],
        );
      }
      this.state = 'element';
    } else {
      if (!this.enough(at)) return false;
      this.strayText();
    }
    return true;
  }

  /** A comma or ] after the first object: the examples are an array's, and its opening bracket is missing. */
  private arrayWithoutBracket(): void {
    const start = this.heldFirst === undefined ? this.lastEnd : this.heldFirst.start - this.offset;
    this.releaseFirst();
    this.format = 'json';
    if (this.bracketsReported) return;
    const fix = replacement('Write [', start, start, '[', false);
    this.report('wrong-bracket', start, start, 'the array has no opening bracket - write [ before its first example', [
      fix,
    ]);
  }

  /** Text between values that belongs to none of them. */
  private strayText(): void {
    const { text, at } = this;
    const rest = text.slice(at, at + LOOK_AHEAD);
    const one = /^[{}[\]:]/.test(rest);
    const length = one ? 1 : (/^[^{[\],}\r\n]+/.exec(rest)?.[0].trimEnd().length ?? 1);
    const end = at + Math.max(1, length);
    if (!this.doubtful) {
      const message = one
        ? `${rest[0]!} is one too many here - remove it`
        : `${quoted(text.slice(at, end))} stands between two examples - remove it`;
      const fix = one
        ? removal(`Remove ${rest[0]!}`, at, end, false)
        : removal(
            'Remove the text between the examples',
            at - /[ \t]*$/.exec(text.slice(Math.max(0, at - 200), at))![0].length,
            end,
            false,
          );
      this.report(one && rest[0] !== ':' ? 'wrong-bracket' : 'unexpected-text', at, end, message, [fix]);
    }
    this.doubtful = !one;
    this.at = end;
    this.lastEnd = end;
  }

  /** After the array's closing bracket. */
  private afterClose(): void {
    const { at } = this;
    const rest = this.text.slice(at, at + LOOK_AHEAD);
    if (this.bracketsReported && rest.startsWith(']')) {
      this.at++;
      return;
    }
    const goesOn = /^(?:,\s*)?(?:\[\s*)?\{/.exec(rest);
    if (!this.bracketsReported || goesOn === null) {
      const message =
        goesOn === null
          ? `${quoted(rest.slice(0, 60))} stands after the end of the array - remove it`
          : 'the array ends here, yet more examples follow - remove this bracket so that one array holds them all';
      const end =
        goesOn === null ? at + (/^[^\r\n]*/.exec(rest)![0].slice(0, 200).trimEnd().length || 1) : this.lastEnd;
      this.report(
        goesOn === null ? 'unexpected-text' : 'wrong-bracket',
        goesOn === null ? at : this.lastEnd - 1,
        end,
        message,
        goesOn === null ? [] : [removal('Remove the bracket', this.lastEnd - 1, end, false)],
      );
    }
    if (goesOn !== null) {
      this.at = at + goesOn[0].length - 1;
      this.state = 'element';
      return;
    }
    // The next example, if any, is where an object with a key opens.
    const next = /\{\s*"/.exec(rest.slice(1));
    this.at = next === null ? Math.min(this.text.length, at + LOOK_AHEAD) : at + 1 + next.index;
    this.bracketsReported = true;
    this.state = next === null ? 'closed' : 'element';
  }

  private end(): void {
    const { format, elements } = this;
    const atEnd = this.text.trimEnd().length;
    if (this.state === 'start' && elements === 0 && !this.bracketsReported) {
      this.report('empty-file', 0, 0, 'the file is empty - write at least one example');
    } else if (format === 'jsonl') {
      this.endOfLines();
    } else if (this.state === 'element' || this.state === 'separator') {
      if (!this.bracketsReported) {
        const message = 'the file ends before the array does - it was cut off, or ] is missing: write ] at the end';
        const comma = this.lastComma >= this.lastEnd ? this.lastComma : -1;
        const close = { start: atEnd, end: atEnd, text: this.text.includes('\n') ? '\n]' : ']' };
        const edits = comma < 0 ? [close] : [{ start: comma, end: comma + 1, text: '' }, close];
        this.report('cut-off', atEnd, atEnd, message, [{ title: 'Write ] at the end', edits, safe: true }]);
      }
    }
    if (format === 'json' && elements === 0 && this.mistakes === 0) {
      this.report('empty-file', this.lastEnd, this.lastEnd, 'the array is empty - write at least one example');
    }
    this.state = 'stopped';
  }

  private endOfLines(): void {
    const first = this.heldFirst;
    if (first === undefined) return;
    if (this.linesExpected || this.bracketsReported) {
      this.releaseFirst();
      return;
    }
    const inner = isObject(first.value)
      ? Object.entries(first.value).find(([, v]) => Array.isArray(v) && v.some(isObject))
      : undefined;
    const remedy =
      inner === undefined
        ? 'put [ before and ] after it'
        : `keep only the array that stands under "${inner[0].slice(0, 40)}"`;
    const message = `the file holds one object, not a list of examples - ${remedy}`;
    this.report('top-level', first.start - this.offset, first.start - this.offset + 1, message);
    this.format = 'json';
    // Not passed on: what is no list is seldom an example, and each of its keys would be reported.
    this.heldFirst = undefined;
  }
}

/** The state as an object, the one of the value before where it is the same: a caller may hold the state of every value. */
function sameState(
  last: ElementState,
  format: DatasetFormat,
  count: number,
  bracketsReported: boolean,
  doubtful: boolean,
): ElementState {
  const elements = count === 0 ? 0 : count === 1 ? 1 : 2;
  const same =
    last.format === format &&
    last.elements === elements &&
    last.bracketsReported === bracketsReported &&
    last.doubtful === doubtful;
  return same ? last : { format, elements, bracketsReported, doubtful };
}

function shifted(fix: Fix, by: number): Fix {
  return { ...fix, edits: fix.edits.map(({ start, end, text }) => ({ start: start + by, end: end + by, text })) };
}

function parseJson(source: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(source) as unknown };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSpace(c: number): boolean {
  return c === 32 || c === 10 || c === 13 || c === 9;
}

function isCommentStart(text: string, at: number): boolean {
  const c = text[at];
  return (
    (c === '#' && /[\s!#]/.test(text[at + 1] ?? ' ')) ||
    (c === '/' && (at + 1 >= text.length || text[at + 1] === '/' || text[at + 1] === '*'))
  );
}
