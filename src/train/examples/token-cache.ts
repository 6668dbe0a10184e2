import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { placeFile } from '../../base/files';
import { isAlive } from '../../base/process-identity';
import { ownFolder } from '../../base/own-folders';
import { readFull } from '../../base/read-full';
import type { EncodedDataset } from './encoded-example';
import type { KeptBlock } from './packed-example';

/**
 * Keeps what was made of large datasets between runs. A file holds the records of the examples, then the arrays of their blocks, then what
 * else is known, in JSON, and at its end how long that is. It appears whole or not at all: what can be read was written to its end.
 */

/** At the end of a file, before the length of the JSON. */
const MAGIC = 'SFTTOK01';
const TRAILER = MAGIC.length + 4;
/** All files together; the ones that were not used for the longest time go first. */
const MOST_BYTES = 4 * 2 ** 30;
/** What is being written. What a process left that was killed is removed by the next of its machine, by others after a day. */
const PARTIAL = '.partial';
const PARTIAL_MS = 24 * 3600 * 1000;
/** Between a file's name and who writes it; none is in a hostname. */
const BY = '~';

/** What is known of a dataset besides its blocks. */
type Known = Pick<EncodedDataset, 'format' | 'kind' | 'findings' | 'sha256' | 'split' | 'refused'>;

interface Meta {
  readonly known: Known;
  /** For each block where its records begin, and the lengths of its arrays, which stand one after the other from `arrays` on. */
  readonly blocks: readonly (readonly [
    records: number,
    starts: number,
    numbers: number,
    ids: number,
    bytesOfId: number,
  ])[];
  readonly arrays: number;
}

/** What was kept. */
export interface Cached {
  readonly known: Known;
  readonly blocks: readonly KeptBlock[];
}

export function cacheFolder(): string {
  return path.join(ownFolder('cache'), 'tokens');
}

/** A file is open as long as anything that reads it is there. */
const closing = new FinalizationRegistry<number>((fd) => {
  closeSync(fd);
});

/** Reads the records of blocks from an open file. */
class RecordsFile {
  constructor(private readonly fd: number) {
    closing.register(this, fd);
  }

  /** @param base where the block's records begin */
  of(base: number): KeptBlock['record'] {
    return (from, to) => readAt(this.fd, base + from, to - from);
  }
}

function readAt(fd: number, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  if (readFull(fd, bytes, at) < length) throw new Error('the file of cached tokens ends early');
  return bytes;
}

/** @returns what is kept under a key; undefined where there is nothing, or nothing whole */
export async function readCached(key: string): Promise<Cached | undefined> {
  const file = path.join(cacheFolder(), key);
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    return undefined;
  }
  const records = new RecordsFile(fd);
  try {
    const { size } = fstatSync(fd);
    const trailer = Buffer.from(readAt(fd, size - TRAILER, TRAILER));
    if (trailer.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
    const length = trailer.readUInt32LE(MAGIC.length);
    const start = size - TRAILER - length;
    const { known, blocks, arrays } = JSON.parse(Buffer.from(readAt(fd, start, length)).toString()) as Meta;
    const { buffer } = readAt(fd, arrays, start - arrays);
    let at = 0;
    const kept = blocks.map(([base, starts, numbers, ids, bytesOfId]): KeptBlock => {
      const block = {
        starts: new Uint32Array(buffer, at, starts),
        numbers: new Int32Array(buffer, at + 4 * starts, numbers),
        ids: new (bytesOfId === 2 ? Uint16Array : Int32Array)(buffer, at + 4 * (starts + numbers), ids),
        record: records.of(base),
      };
      at += 4 * (starts + numbers) + padded(bytesOfId * ids);
      return block;
    });
    const now = new Date();
    await utimes(file, now, now).catch(() => undefined);
    return { known, blocks: kept };
  } catch {
    return undefined;
  }
}

/** Writes a file of the cache. Where the disk does not take it, its records stay in memory. */
export class CacheWriter {
  private length = 0;
  private full = false;
  private readonly records: RecordsFile;

  private constructor(
    private readonly fd: number,
    private readonly temporary: string,
    private readonly target: string,
  ) {
    this.records = new RecordsFile(fd);
  }

  static async create(key: string): Promise<CacheWriter | undefined> {
    const target = path.join(cacheFolder(), key);
    const temporary = [target, hostname(), process.pid, `${randomUUID()}${PARTIAL}`].join(BY);
    try {
      // The data may be anybody's secret: nobody else reads them here either.
      await mkdir(cacheFolder(), { recursive: true, mode: 0o700 });
      await removeLeft();
      return new CacheWriter(openSync(temporary, 'w+', 0o600), temporary, target);
    } catch {
      return undefined;
    }
  }

  /** Takes the records of a block. */
  keep(records: Uint8Array): { readonly base: number; readonly record: KeptBlock['record'] } | undefined {
    const base = this.length;
    if (!this.write(records)) return undefined;
    return { base, record: this.records.of(base) };
  }

  /** @returns whether it stands in the file; once the disk is full nothing more does */
  private write(bytes: Uint8Array): boolean {
    if (this.full) return false;
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.fd, bytes, done, bytes.length - done, this.length + done);
      }
      this.length += bytes.length;
      return true;
    } catch {
      this.full = true;
      return false;
    }
  }

  /**
   * Writes the rest. It is all there when this returns, but the file has its name only once the disk has it.
   * @param bases where the records of each block begin
   */
  async finish(known: Known, blocks: readonly KeptBlock[], bases: readonly (number | undefined)[]): Promise<void> {
    this.write(new Uint8Array(padded(this.length) - this.length));
    const arrays = this.length;
    const meta: Meta = {
      known,
      arrays,
      blocks: blocks.map(({ starts, numbers, ids }, at) => [
        bases[at] ?? 0,
        starts.length,
        numbers.length,
        ids.length,
        ids.BYTES_PER_ELEMENT,
      ]),
    };
    const ok =
      bases.every((base) => base !== undefined) &&
      blocks.every(({ starts, numbers, ids }) =>
        [starts, numbers, ids, new Uint8Array(padded(ids.byteLength) - ids.byteLength)].every((array) =>
          this.write(new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
        ),
      );
    const json = Buffer.from(JSON.stringify(meta));
    const trailer = Buffer.alloc(TRAILER);
    trailer.write(MAGIC, 'latin1');
    trailer.writeUInt32LE(json.length, MAGIC.length);
    if (!ok || !this.write(json) || !this.write(trailer)) {
      await this.abandon();
      return;
    }
    try {
      await placeFile(this.temporary, this.target);
      await makeRoom(path.basename(this.target));
    } catch {
      await this.abandon();
    }
  }

  /** What was kept can be read on as long as it is held, where the system allows that. */
  async abandon(): Promise<void> {
    await rm(this.temporary, { force: true }).catch(() => undefined);
  }
}

/** To a multiple of four bytes. */
function padded(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** Removes what killed processes left. */
async function removeLeft(): Promise<void> {
  const folder = cacheFolder();
  for (const name of await readdir(folder)) {
    if (!name.endsWith(PARTIAL)) continue;
    const file = path.join(folder, name);
    const [, host, pid] = name.split(BY);
    const { mtimeMs = 0 } = (await stat(file).catch(() => undefined)) ?? {};
    const left =
      host === hostname() ? !isAlive({ pid: Number(pid), started: null }) : Date.now() - mtimeMs > PARTIAL_MS;
    if (left) await rm(file, { force: true });
  }
}

/** Removes what was not used for the longest time where all is too much. */
async function makeRoom(justWritten: string): Promise<void> {
  const folder = cacheFolder();
  const files: { file: string; size: number; used: number }[] = [];
  for (const name of (await readdir(folder)).filter((one) => !one.endsWith(PARTIAL))) {
    const file = path.join(folder, name);
    const about = await stat(file).catch(() => undefined);
    if (about === undefined) continue;
    files.push({ file, size: about.size, used: name === justWritten ? Infinity : about.mtimeMs });
  }
  let left = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size, used } of files.sort((a, b) => a.used - b.used)) {
    if (left <= MOST_BYTES || used === Infinity) break;
    await rm(file, { force: true });
    left -= size;
  }
}
