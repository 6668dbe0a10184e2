/** The scan needs more text than it was given. */
export const INCOMPLETE = -1;
/** The text is not JSON as it should be: recover.ts finds out why. */
const ODD = -2;

/** Deeper nesting is refused; no dataset format needs more than a handful of levels. */
export const MAX_DEPTH = 100;

const enum Expect {
  Value,
  ValueOrClose,
  Key,
  KeyOrClose,
  Colon,
  CommaOrClose,
}

/** Whether a UTF-16 code unit can belong to a number, true, false or null. JSON.parse checks the rest. */
function isLiteral(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 45 || c === 43 || c === 46 || c === 69;
}

/**
 * Finds the end of one JSON value by its brackets and strings, without building it. It reads only text that is in order and
 * gives up at the first token that is not; what it accepts still goes through JSON.parse.
 */
export class ElementScanner {
  /** Keys of the value and of the objects in it, repeated ones counted each time. */
  keys = 0;
  private readonly arrays = new Uint8Array(MAX_DEPTH + 1);

  /** The offset after the value that starts at `start`, or INCOMPLETE or ODD. */
  scan(text: string, start: number): number {
    const { arrays } = this;
    const n = text.length;
    let depth = 0;
    let expect = Expect.Value;
    let i = start;
    this.keys = 0;
    while (i < n) {
      const c = text.charCodeAt(i);
      if (c === 32 || c === 10 || c === 13 || c === 9) {
        i++;
      } else if (c === 34) {
        const end = stringEnd(text, i);
        if (end === INCOMPLETE) return INCOMPLETE;
        i = end;
        if (expect === Expect.Key || expect === Expect.KeyOrClose) {
          expect = Expect.Colon;
          this.keys++;
        } else if (expect === Expect.Value || expect === Expect.ValueOrClose) {
          expect = Expect.CommaOrClose;
          if (depth === 0) return i;
        } else return ODD;
      } else if (c === 58) {
        if (expect !== Expect.Colon) return ODD;
        expect = Expect.Value;
        i++;
      } else if (c === 44) {
        if (expect !== Expect.CommaOrClose) return ODD;
        expect = arrays[depth] === 1 ? Expect.Value : Expect.Key;
        i++;
      } else if (c === 123 || c === 91) {
        if ((expect !== Expect.Value && expect !== Expect.ValueOrClose) || depth === MAX_DEPTH) return ODD;
        depth++;
        arrays[depth] = c === 91 ? 1 : 0;
        expect = c === 91 ? Expect.ValueOrClose : Expect.KeyOrClose;
        i++;
      } else if (c === 125 || c === 93) {
        const array = c === 93;
        if (depth === 0 || (arrays[depth] === 1) !== array) return ODD;
        if (expect !== Expect.CommaOrClose && expect !== (array ? Expect.ValueOrClose : Expect.KeyOrClose)) return ODD;
        depth--;
        i++;
        if (depth === 0) return i;
        expect = Expect.CommaOrClose;
      } else if (isLiteral(c) && (expect === Expect.Value || expect === Expect.ValueOrClose)) {
        while (i < n && isLiteral(text.charCodeAt(i))) i++;
        if (depth === 0) return i < n ? i : INCOMPLETE;
        expect = Expect.CommaOrClose;
      } else {
        return ODD;
      }
    }
    return INCOMPLETE;
  }
}

/** The offset after the closing quote of the string that opens at `open`, or INCOMPLETE. */
function stringEnd(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === 92) slashes++;
    if ((slashes & 1) === 0) return quote + 1;
  }
  return INCOMPLETE;
}
