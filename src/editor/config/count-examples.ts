import { createReadStream } from 'node:fs';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const BRACE = 0x7b;
const BRACKET = 0x5b;

/**
 * How many examples a JSON or JSONL file holds: its objects that lie in no other, or in one list around all. Nothing is checked, only
 * brackets and strings are followed, so that tens of megabytes take well under a second, piece by piece.
 */
export async function countExamples(file: string, signal?: AbortSignal): Promise<number> {
  let count = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let topIsList = false;
  const stream = createReadStream(file, { highWaterMark: 256 * 1024, ...(signal === undefined ? {} : { signal }) });
  for await (const piece of stream as AsyncIterable<Buffer>) {
    for (const byte of piece) {
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) inString = true;
      else if (OPEN.has(byte)) {
        if (depth === 0) topIsList = byte === BRACKET;
        if (byte === BRACE && (depth === 0 || (depth === 1 && topIsList))) count += 1;
        depth += 1;
      } else if (CLOSE.has(byte)) depth = Math.max(0, depth - 1);
    }
  }
  return count;
}
