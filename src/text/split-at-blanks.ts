const BLANK = 32;
const AFTER_VISIBLE = 0x7f;
/** A slice of a text of more characters keeps the whole text alive. */
const LONGEST_KEPT = 12;
const KEPT = 50_000;

/**
 * A split that looks up short stretches from blank to blank where they came before, and leaves only what stands between them to `split`:
 * words come again and again, and a regular expression takes several times as long for each.
 * @param split cuts a text before each blank that follows a visible ASCII character, and either side as if it stood alone
 */
export function splitAtBlanks(split: (text: string) => string[]): (text: string) => string[] {
  /** The pieces of a stretch; undefined where it came only once. */
  let known = new Map<string, readonly string[] | undefined>();
  return (text) => {
    const out: string[] = [];
    /** Where begins what is not split yet. */
    let rest = 0;
    const splitUntil = (end: number): void => {
      if (rest < end) for (const piece of split(text.slice(rest, end))) out.push(piece);
    };
    let from = 0;
    while (from < text.length) {
      let end = text.indexOf(' ', from + 1);
      while (end !== -1 && !isVisible(text.charCodeAt(end - 1))) end = text.indexOf(' ', end + 1);
      if (end === -1) end = text.length;
      if (end - from <= LONGEST_KEPT) {
        const stretch = text.slice(from, end);
        let pieces = known.get(stretch);
        if (pieces === undefined) {
          if (known.has(stretch)) known.set(stretch, (pieces = split(stretch)));
          else {
            if (known.size >= KEPT) known = new Map();
            known.set(stretch, undefined);
          }
        }
        if (pieces !== undefined) {
          splitUntil(from);
          for (const piece of pieces) out.push(piece);
          rest = end;
        }
      }
      from = end;
    }
    splitUntil(text.length);
    return out;
  };
}

function isVisible(c: number): boolean {
  return c > BLANK && c < AFTER_VISIBLE;
}
