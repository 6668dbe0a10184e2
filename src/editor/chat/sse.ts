/** An event longer than this is no answer of a model. */
const MAX_EVENT = 4 * 1024 * 1024;

/** Reads a stream of server-sent events (WHATWG HTML, 9.2) that comes in pieces of any size; only their data is kept. */
export class SseParser {
  private rest = '';
  private data: string[] = [];
  private size = 0;
  private begun = false;

  /** @returns the data of each event that this piece ended. @throws RangeError where an event does not end */
  push(piece: string): string[] {
    let text = this.rest + piece;
    if (!this.begun && text !== '') {
      this.begun = true;
      if (text.startsWith('\ufeff')) text = text.slice(1);
    }
    const events: string[] = [];
    let at = 0;
    for (;;) {
      const end = lineEnd(text, at);
      if (end === undefined) break;
      this.line(text.slice(at, end.at), events);
      at = end.next;
    }
    this.rest = text.slice(at);
    if (this.size + this.rest.length > MAX_EVENT) throw new RangeError('the stream ends within an event');
    return events;
  }

  private line(line: string, events: string[]): void {
    if (line === '') {
      if (this.data.length > 0) events.push(this.data.join('\n'));
      this.data = [];
      this.size = 0;
      return;
    }
    const match = /^data(?:: ?(.*))?$/s.exec(line);
    if (match === null) return;
    this.data.push(match[1] ?? '');
    this.size += line.length;
  }
}

/** Lines end in \n, \r\n or \r; a \r at the end of a piece waits for what follows it. */
function lineEnd(text: string, from: number): { readonly at: number; readonly next: number } | undefined {
  const found = /[\r\n]/g;
  found.lastIndex = from;
  const match = found.exec(text);
  if (match === null) return undefined;
  const at = match.index;
  if (text[at] === '\n') return { at, next: at + 1 };
  if (at + 1 === text.length) return undefined;
  return { at, next: text[at + 1] === '\n' ? at + 2 : at + 1 };
}
