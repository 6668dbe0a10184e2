/**
 * Ends a text before the first of some strings to be complete, wherever the pieces it comes in are cut. Gives what is certain: what may still become a
 * stop string is held back.
 */
export class StopStrings {
  private held = '';
  private met = false;

  /** @param stops none of them empty */
  constructor(private readonly stops: readonly string[]) {}

  /** Whether a stop string has come; nothing is given after it. */
  get stopped(): boolean {
    return this.met;
  }

  /** The text that is certain now. */
  push(piece: string): string {
    if (this.met || piece === '') return '';
    const text = this.held + piece;
    const found = this.stops.map((stop) => ({ start: text.indexOf(stop), length: stop.length }));
    const complete = found.filter(({ start }) => start >= 0);
    if (complete.length > 0) {
      this.met = true;
      this.held = '';
      const end = (stop: { start: number; length: number }): number => stop.start + stop.length;
      complete.sort((a, b) => end(a) - end(b) || a.start - b.start);
      return text.slice(0, complete[0]!.start);
    }
    const keep = this.possibleStart(text);
    this.held = text.slice(text.length - keep);
    return text.slice(0, text.length - keep);
  }

  /** What was held back, once nothing more comes. */
  end(): string {
    const rest = this.held;
    this.held = '';
    return rest;
  }

  /** Length of the longest end of `text` that begins a stop string. */
  private possibleStart(text: string): number {
    const longest = Math.max(0, ...this.stops.map((stop) => stop.length - 1));
    for (let length = Math.min(longest, text.length); length > 0; length--) {
      const end = text.slice(text.length - length);
      if (this.stops.some((stop) => stop.startsWith(end))) return length;
    }
    return 0;
  }
}
