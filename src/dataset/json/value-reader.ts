import { notJson, tooLong, type FileMistake } from './file-mistakes';
import { parseJson } from './look-ahead';
import { recoverDebris, recoverObjectBody, recoverValue, type Recovery } from './recover';
import { LOOK_AHEAD, searchBudget } from './recover-text';
import { ElementScanner, INCOMPLETE } from './scan';

/** An example longer than this many UTF-16 units is refused: it is a file that never closes its first bracket. */
const MAX_ELEMENT = 64 * 1024 * 1024;

/** What stands where a value begins. Offsets are of the text that was given. */
export type Reading =
  /** It cannot be told before the text is `wanted` UTF-16 units long. */
  | { readonly type: 'more'; readonly wanted: number }
  | { readonly type: 'too-long'; readonly mistake: FileMistake }
  /** JSON. `keys` are those of the value and of all objects in it, repeated ones counted each time. */
  | {
      readonly type: 'sound';
      readonly end: number;
      readonly source: string;
      readonly value: unknown;
      readonly keys: number;
    }
  /** What the broken value before it left. */
  | { readonly type: 'debris'; readonly end: number }
  | BrokenValue;

export interface BrokenValue {
  readonly type: 'broken';
  readonly end: number;
  /** At least one, in the order of their places. */
  readonly mistakes: readonly FileMistake[];
  /** The text ended before the value did. */
  readonly cutOff: boolean;
}

/** Reads the values of one file, each from where it begins to its end or to where reading can go on after its mistakes. */
export class ValueReader {
  private readonly budget = searchBudget();
  private readonly scanner = new ElementScanner();

  /**
   * @param final the text ends where the file does
   * @param doubtful what stands before it was broken, so that it may be a consequence
   */
  read(text: string, at: number, final: boolean, doubtful: boolean): Reading {
    const { scanner, budget } = this;
    const scanned = scanner.scan(text, at);
    if (scanned === INCOMPLETE && !final) {
      const length = text.length - at;
      if (length >= MAX_ELEMENT) return { type: 'too-long', mistake: tooLong(at, MAX_ELEMENT) };
      return { type: 'more', wanted: at + Math.min(length * 2, MAX_ELEMENT) };
    }
    const sound = scanned > 0 ? this.sound(text, at, scanned) : undefined;
    if (sound !== undefined) return sound;
    const debris = doubtful && text[at] !== '{';
    const recovery = debris ? recoverDebris(text, at, budget) : recoverValue(text, at, budget);
    const wanted = final ? undefined : wantedFor(text, at, recovery);
    if (wanted !== undefined) return { type: 'more', wanted };
    const end = Math.max(recovery.end, at + 1);
    const { mistakes, cutOff } = recovery;
    const recovered = mistakes.length === 0 ? this.sound(text, at, end) : undefined;
    if (recovered !== undefined) return recovered;
    if (debris || (doubtful && end === at + 1)) return { type: 'debris', end };
    const ordered = mistakes.length === 0 ? [notJson(at, end)] : mistakes.toSorted((a, b) => a.start - b.start);
    return { type: 'broken', end, mistakes: ordered, cutOff };
  }

  /** Passes over an object at `at` whose opening brace is missing. @param key offset of its first key */
  readWithoutBrace(
    text: string,
    at: number,
    key: number,
    final: boolean,
  ): Extract<Reading, { type: 'more' | 'debris' }> {
    const recovery = recoverObjectBody(text, key, this.budget);
    const wanted = final ? undefined : wantedFor(text, at, recovery);
    if (wanted !== undefined) return { type: 'more', wanted };
    return { type: 'debris', end: Math.max(recovery.end, at + 1) };
  }

  private sound(text: string, at: number, end: number): Reading | undefined {
    const source = text.slice(at, end);
    const parsed = parseJson(source);
    return parsed && { type: 'sound', end, source, value: parsed.value, keys: this.scanner.keys };
  }
}

/** How long the text must be where what follows the value at `at` may change how its mistakes are read. */
function wantedFor(text: string, at: number, { end }: Recovery): number | undefined {
  const length = text.length - at;
  if (end + LOOK_AHEAD <= text.length || length >= MAX_ELEMENT) return undefined;
  return at + Math.max(2 * length, LOOK_AHEAD * 2);
}
