const PIECE = 64 * 1024;

/** A text in pieces that a reader takes one by one; \r\n is never torn apart, since it is one line end. */
export function* pieces(text: string): Generator<string, void, undefined> {
  for (let from = text.startsWith('\ufeff') ? 1 : 0; from < text.length;) {
    let to = Math.min(text.length, from + PIECE);
    if (text.charCodeAt(to - 1) === 13 && text.charCodeAt(to) === 10) to++;
    yield text.slice(from, to);
    from = to;
  }
}
