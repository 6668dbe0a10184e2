import { isLatin, ownCopy } from '../base/own-copy';
import type { TextChange } from './protocol';

/** Length of the parts a text is cut into, in UTF-16 code units. */
const PART = 64 * 1024;
const SURROGATE = /[\ud800-\udfff]/;

/** A part of a text: as it is, or in UTF-8. */
interface Part {
  /** In UTF-16 code units. */
  readonly length: number;
  readonly held: string | Uint8Array;
}

/**
 * A text that is edited often, in parts: an edit copies one part and not a text of many megabytes, and a part without characters
 * beyond Latin-1 takes one byte a character. A line end \r\n is never torn apart.
 */
export class HeldText {
  private parts: Part[];
  length: number;
  /** The part that was read last and its offset: most reading goes on from there. */
  private recent = 0;
  private recentAt = 0;
  /** A part that was read not long ago, as a string. */
  private read: { readonly part: Part; readonly text: string } | undefined;

  /** @param text whole, or as inParts gives it: each part a string of its own */
  constructor(text: string | readonly string[]) {
    this.parts = typeof text === 'string' ? cut(text) : text.map((part) => asItIs(narrowed(part)));
    this.length = this.parts.reduce((length, part) => length + part.length, 0);
  }

  /** The characters [start, end). */
  slice(start: number, end: number): string {
    const { parts } = this;
    if (start < this.recentAt) [this.recent, this.recentAt] = [0, 0];
    while (this.recent < parts.length - 1 && this.recentAt + parts[this.recent]!.length <= start) {
      this.recentAt += parts[this.recent++]!.length;
    }
    const found: string[] = [];
    let at = this.recentAt;
    for (let i = this.recent; i < parts.length && at < end; i++) {
      found.push(this.textOf(parts[i]!).slice(Math.max(0, start - at), end - at));
      at += parts[i]!.length;
    }
    return found.length === 1 ? found[0]! : found.join('');
  }

  /** The text in pieces from `start` on, the first of them small: a reader may need no more. */
  *pieces(start = 0): Generator<string, void, undefined> {
    let at = 0;
    for (const part of this.parts) {
      if (at + part.length > start) yield at >= start ? textOf(part) : textOf(part).slice(start - at);
      at += part.length;
    }
  }

  change({ offset, length, text }: TextChange): void {
    const end = offset + length;
    let at = 0;
    let first = 0;
    while (first < this.parts.length - 1 && at + this.parts[first]!.length <= offset) at += this.parts[first++]!.length;
    let last = first;
    let lastEnd = at + (this.parts[first]?.length ?? 0);
    while (lastEnd < end && last < this.parts.length - 1) lastEnd += this.parts[++last]!.length;
    // The part before and the one after come along where \r and \n may meet there.
    const before = first > 0 && offset === at ? 1 : 0;
    const after = last < this.parts.length - 1 && end === lastEnd ? 1 : 0;
    const touched = this.parts.slice(first - before, last + 1 + after);
    const old = touched.map(textOf).join('');
    const from = offset - at + (before === 1 ? touched[0]!.length : 0);
    const fresh = cut(old.slice(0, from) + text + old.slice(from + length));
    this.parts.splice(first - before, touched.length, ...fresh);
    [this.recent, this.recentAt] = [0, 0];
    this.length += text.length - length;
  }

  /** Holds in UTF-8 what one character beyond Latin-1 gave two bytes each. It takes longer to read then, and half of the memory. */
  shorten(): void {
    this.parts = this.parts.map(inUtf8);
  }

  toString(): string {
    return this.parts.map(textOf).join('');
  }

  private textOf(part: Part): string {
    if (typeof part.held === 'string') return part.held;
    if (this.read?.part !== part) this.read = { part, text: textOf(part) };
    return this.read.text;
  }
}

function asItIs(text: string): Part {
  return { length: text.length, held: text };
}

function textOf({ held }: Part): string {
  return typeof held === 'string' ? held : Buffer.from(held.buffer, held.byteOffset, held.length).toString();
}

function cut(text: string): Part[] {
  return Array.from(inParts(text), (part) => asItIs(ownCopy(part)));
}

/** A text cut as HeldText wants it. */
export function* inParts(text: string): Generator<string, void, undefined> {
  for (let from = 0; from < text.length;) {
    let to = text.length - from <= PART * 1.5 ? text.length : from + PART;
    const [last, next] = [text.charCodeAt(to - 1), text.charCodeAt(to)];
    if ((last === 13 && next === 10) || (last >> 10 === 0x36 && next >> 10 === 0x37)) to++;
    yield text.slice(from, to);
    from = to;
  }
}

/** The part, which is no slice, in one byte a character where that is enough. */
function narrowed(part: string): string {
  return isLatin(part) ? ownCopy(part) : part;
}

function inUtf8(part: Part): Part {
  const { held, length } = part;
  if (typeof held !== 'string' || isLatin(held)) return part;
  // A buffer of its own: a small one of Node's would keep its neighbours.
  const bytes = { length, held: new TextEncoder().encode(held) };
  // What takes three bytes for most characters is shorter as it is, and half of a character has no form in UTF-8.
  if (bytes.held.length >= length * 2 || (SURROGATE.test(held) && textOf(bytes) !== held)) return part;
  return bytes;
}
