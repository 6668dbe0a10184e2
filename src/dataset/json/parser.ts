import type { DatasetFormat } from '../example';
import { shiftFix } from '../shift-fix';
import * as mistakes from './file-mistakes';
import { bracketAfter, commentAt, isCommentStart, isObject, isSpace, keyCount, keyInsteadOfBrace } from './look-ahead';
import { FIRST_STATE, sameState, type ElementState, type Parsed, type ParsedElement } from './parsed';
import { isKeyAt, LOOK_AHEAD } from './recover-text';
import { comment, extraComma } from './value-mistakes';
import { ValueReader, type BrokenValue } from './value-reader';

type State = 'start' | 'element' | 'separator' | 'closed' | 'stopped';

/**
 * Reads a dataset's text piece by piece: a JSON array or lines of objects, whichever the text holds. Mistakes are reported where
 * they are, and reading goes on with the next value. `emit` is called in file order.
 */
export class DatasetParser {
  /** 'jsonl' as long as nothing says otherwise. */
  format: DatasetFormat = 'jsonl';
  private readonly values = new ValueReader();
  private text = '';
  /** Offset in the file of text[0]. */
  private offset = 0;
  private at = 0;
  private current: State = 'start';
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
    /** Says what a file is that holds this one value; undefined where it is not known. */
    private readonly nameLone: (value: unknown) => string | undefined = () => undefined,
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
  /** Reads nothing more, also where it is called out of `emit`. */
  stop(): void {
    this.state = 'stopped';
  }

  private get state(): State {
    return this.current;
  }
  /** Stopped is final, whatever a step that was under way goes on to. */
  private set state(next: State) {
    if (this.current !== 'stopped') this.current = next;
  }

  push(chunk: string): void {
    if (this.stopped) return;
    this.text += chunk;
    if (this.text.length >= this.wanted) this.advance();
  }

  /** The end of the file. */
  finish(): void {
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

  private report({ rule, start, end, message, fixes = [] }: mistakes.FileMistake): void {
    if (this.stopped) return;
    if (rule !== 'top-level') this.releaseFirst();
    const { offset } = this;
    const place = { start: offset + start, end: offset + end };
    this.emit({ type: 'mistake', rule, ...place, message, fixes: fixes.map((fix) => shiftFix(fix, offset)) });
    this.mistakes++;
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
    const found = commentAt(this.text, this.at);
    if (found === undefined) return false;
    // After a broken value `//` may be part of a text, and the line may hold the whole file.
    if (this.doubtful && found.comment.includes('}')) return false;
    if (this.state === 'start' && !/^\s*[[{/#]/.test(found.after)) return false;
    this.report(comment(this.text, this.at, this.at + found.comment.trimEnd().length));
    this.at += found.comment.length;
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
      const start = bracketAfter(text, at);
      if (start === undefined) {
        this.report(mistakes.noDataset(text, at));
        this.state = 'stopped';
        return;
      }
      this.report(mistakes.textBefore(text, at, at + text.slice(at, start).trimEnd().length));
      this.bracketsReported = true;
      this.at = start;
    }
  }

  /** At a place where a value, or the array's end, should stand. False: more text is needed. */
  private element(c: string): boolean {
    const { at } = this;
    if (c !== '{') {
      if (!this.enough(at)) return false;
      const found = keyInsteadOfBrace(this.text, at);
      if (found !== undefined) return this.readWithoutBrace(found.wrong, found.key);
    }
    if (c === ']' && this.format === 'json') {
      if (this.lastComma >= this.lastEnd && this.lastComma >= 0 && this.elements > 0) {
        this.report(mistakes.trailingComma(this.lastComma));
      }
      this.closeArray();
    } else if (c === ',') {
      this.report(extraComma(at));
      this.lastComma = at;
      this.at++;
    } else if (c === '[' && /^\[\s*\{/.test(this.text.slice(at, at + 100))) {
      this.report(mistakes.nestedArray(at));
      this.bracketsReported = true;
      this.at++;
    } else if (c === '}' || c === ']' || c === ':') {
      this.strayText();
    } else {
      return this.readElement();
    }
    return true;
  }

  private closeArray(): void {
    this.moveTo(this.at + 1);
    this.state = 'closed';
  }

  private readElement(): boolean {
    const reading = this.values.read(this.text, this.at, this.final, this.doubtful);
    if (reading.type === 'more') {
      this.wanted = reading.wanted;
      return false;
    }
    if (reading.type === 'too-long') {
      this.report(reading.mistake);
      this.state = 'stopped';
    } else if (reading.type === 'sound') {
      this.accept(reading.end, reading.source, reading.value, reading.keys);
    } else {
      this.releaseFirst();
      if (reading.type === 'broken') this.reportBroken(reading);
      this.moveTo(reading.end);
    }
    return true;
  }

  private reportBroken({ mistakes: found, cutOff }: BrokenValue): void {
    const { text, at: start } = this;
    for (const mistake of found) {
      const before = this.elements === 0 ? undefined : this.lastEnd;
      const open = this.format === 'json' && !this.bracketsReported;
      const closing = { start, end: mistake.start, before, open };
      this.report(mistake.rule === 'cut-off' ? mistakes.closedAround(mistake, text, closing) : mistake);
    }
    this.elements++;
    this.doubtful = true;
    if (cutOff) this.bracketsReported = true;
  }

  private readWithoutBrace(wrong: number, key: number): boolean {
    const { at, text } = this;
    const reading = this.values.readWithoutBrace(text, at, key, this.final);
    if (reading.type === 'more') {
      this.wanted = reading.wanted;
      return false;
    }
    if (!this.doubtful) this.report(mistakes.missingBrace(text, at, wrong));
    this.elements++;
    this.doubtful = true;
    this.moveTo(reading.end);
    return true;
  }

  private accept(end: number, source: string, value: unknown, keys: number): void {
    if (this.doubtful && !isObject(value)) {
      // Debris of the broken value before it.
      this.moveTo(end);
      return;
    }
    const repeatedKeys = keyCount(value) !== keys;
    const state = sameState(this.lastState, this.format, this.elements, this.bracketsReported, this.doubtful);
    this.lastState = state;
    const { offset, at } = this;
    const element: ParsedElement = {
      type: 'element',
      start: offset + at,
      end: offset + end,
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
    this.state = 'separator';
  }

  /** After a value. False: more text is needed. */
  private separator(c: string): boolean {
    const { at, format } = this;
    if (format === 'jsonl' && (c === ',' || c === ']') && this.elements === 1) {
      if (!this.enough(at)) return false;
      this.arrayWithoutBracket();
    } else if (c === ',') {
      if (format === 'jsonl' && !this.doubtful) this.report(mistakes.commaBetweenLines(at));
      this.lastComma = at;
      this.at++;
      this.state = 'element';
    } else if (c === ']' && format === 'json') {
      this.closeArray();
    } else if (/^[{[]\s*[,\]]/.test(this.text.slice(at, at + 100))) {
      this.strayText();
    } else if (c === '{' || c === '[' || c === '"') {
      if (format === 'json' && !this.doubtful && !isKeyAt(this.text, at)) {
        this.report(mistakes.missingComma(this.lastEnd));
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
    if (!this.bracketsReported) this.report(mistakes.missingOpening(start));
  }

  /** Text between values that belongs to none of them. */
  private strayText(): void {
    const { bracket, ...mistake } = mistakes.strayText(this.text, this.at);
    if (!this.doubtful) this.report(mistake);
    this.doubtful = !bracket;
    this.at = mistake.end;
    this.lastEnd = mistake.end;
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
    if (goesOn !== null) {
      if (!this.bracketsReported) this.report(mistakes.closedEarly(this.lastEnd));
      this.at = at + goesOn[0].length - 1;
      this.state = 'element';
      return;
    }
    this.report(mistakes.textAfter(rest, at));
    // The next example, if any, is where an object with a key opens.
    const next = /\{\s*"/.exec(rest.slice(1));
    this.at = next === null ? Math.min(this.text.length, at + LOOK_AHEAD) : at + 1 + next.index;
    this.bracketsReported = true;
    this.state = next === null ? 'closed' : 'element';
  }

  private end(): void {
    if (this.state === 'start' && this.elements === 0 && !this.bracketsReported) {
      this.report(mistakes.emptyFile());
    } else if (this.format === 'jsonl') {
      this.endOfLines();
    } else if (this.state === 'element' || this.state === 'separator') {
      const comma = this.lastComma >= this.lastEnd ? this.lastComma : -1;
      if (!this.bracketsReported) this.report(mistakes.arrayCutOff(this.text, comma));
    }
    const empty = this.format === 'json' && this.elements === 0 && this.mistakes === 0;
    if (empty) this.report(mistakes.emptyArray(this.lastEnd));
    this.state = 'stopped';
  }

  private endOfLines(): void {
    const first = this.heldFirst;
    if (first === undefined) return;
    if (this.linesExpected || this.bracketsReported) {
      this.releaseFirst();
    } else {
      this.report(mistakes.loneObject(first.start - this.offset, first.value, this.nameLone(first.value)));
      this.format = 'json';
      // Not passed on: what is no list is seldom an example, and each of its keys would be reported.
      this.heldFirst = undefined;
    }
  }
}
