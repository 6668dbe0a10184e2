import { readSync } from 'node:fs';

/** Node reads no 2 GiB at once. */
const MOST_AT_ONCE = 2 ** 30;

/** Fills `into` from byte `offset` of an open file on. @returns how many bytes: fewer than it holds only where the file ends */
export function readFull(fd: number, into: Uint8Array, offset: number): number {
  for (let done = 0; done < into.length;) {
    const read = readSync(fd, into, done, Math.min(into.length - done, MOST_AT_ONCE), offset + done);
    if (read === 0) return done;
    done += read;
  }
  return into.length;
}
