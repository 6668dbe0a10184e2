import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  watch,
  writeSync,
  type FSWatcher,
} from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { SftError } from '../../base/errors';
import { EVENT_SCHEMA, type NewRunEvent, type RunEvent } from './event-schema';

const NEWLINE = 0x0a;
/** How much is read at once. */
const PIECE = 1 << 20;
/** Where the system does not tell of changes (network folders), how often to look, in ms. */
const LOOK_EVERY = 1000;

/** Not to append: Windows lets nobody cut a file through a descriptor that only appends. */
const OPEN_TO_WRITE = constants.O_RDWR | constants.O_CREAT;

/** The writer's end of events.jsonl, which only grows: one write for each line. One writer at a time (the run's lock sees to that). */
export class EventWriter {
  readonly #file: string;
  readonly #descriptor: number;
  #size: number;

  /** Opens the file, cutting off a last line that a killed writer left half-written. */
  constructor(file: string) {
    this.#file = file;
    try {
      this.#descriptor = openSync(file, OPEN_TO_WRITE);
      const written = fstatSync(this.#descriptor).size;
      this.#size = endOfLastLine(this.#descriptor, written);
      if (this.#size !== written) ftruncateSync(this.#descriptor, this.#size);
    } catch (error) {
      throw appendError(error, file);
    }
  }

  /**
   * @throws SftError where the disk is full or not writable; the line is then not in the file
   * @throws RangeError for a number JSON cannot hold
   */
  append(event: NewRunEvent): RunEvent {
    const complete = { ...event, time: event.time ?? new Date().toISOString() } as RunEvent;
    for (const [key, value] of Object.entries(complete)) {
      if (typeof value === 'number' && !Number.isFinite(value))
        throw new RangeError(`event ${event.type}: ${key} is ${value}`);
    }
    const line = Buffer.from(`${JSON.stringify(complete)}\n`);
    try {
      for (let from = 0; from < line.length;) {
        from += writeSync(this.#descriptor, line, from, line.length - from, this.#size + from);
      }
      this.#size += line.length;
      // Steps come fast and the next one carries the next; what ends or changes a run must survive a power cut.
      if (complete.type !== 'step') fsyncSync(this.#descriptor);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#size);
      throw appendError(error, this.#file);
    }
    return complete;
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function endOfLastLine(descriptor: number, size: number): number {
  const piece = Buffer.alloc(4096);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - piece.length);
    const length = readSync(descriptor, piece, 0, end - start, start);
    const at = piece.subarray(0, length).lastIndexOf(NEWLINE);
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

function appendError(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SftError('disk-full', 'cannot be written: the disk is full', {
      file,
      remedy: 'free some space and resume the run',
      cause: error,
    });
  }
  if (code === 'EBUSY') {
    const remedy = 'close it there and resume the run';
    return new SftError('not-writable', 'cannot be written: another program has it open', {
      file,
      remedy,
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const remedy = 'choose another output_dir or change its permissions';
    return new SftError('not-writable', 'cannot be written', { file, remedy, cause: error });
  }
  if (code === 'EISDIR') {
    const remedy = 'move it away and resume the run';
    return new SftError('not-writable', 'cannot be written: there is a folder of that name', {
      file,
      remedy,
      cause: error,
    });
  }
  return error;
}

/**
 * The whole lines from byte `offset` on. A half-written last line is left for the next time, and a line that is not an event (torn by
 * a power cut, written by hand, or of a newer version) is passed over. Where there is no such file there are no events.
 *
 * @returns the events and the offset after the last whole line
 */
export async function readEventsFrom(file: string, offset: number): Promise<{ events: RunEvent[]; offset: number }> {
  const events: RunEvent[] = [];
  let after = offset;
  for await (const piece of readEventPieces(file, offset)) {
    for (const event of piece.events) events.push(event);
    after = piece.offset;
  }
  return { events, offset: after };
}

/** What {@link readEventsFrom} reads, a megabyte at a time: whoever waits for the next piece is not held up for long. */
export async function* readEventPieces(
  file: string,
  offset: number,
): AsyncGenerator<{ readonly events: readonly RunEvent[]; readonly offset: number }, void, undefined> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return;
  try {
    if (!(await handle.stat()).isFile()) return;
    let pending = Buffer.alloc(0);
    let position = offset;
    let consumed = offset;
    for (;;) {
      const piece = Buffer.alloc(PIECE);
      const { bytesRead } = await handle.read(piece, 0, PIECE, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const text = Buffer.concat([pending, piece.subarray(0, bytesRead)]);
      const end = text.lastIndexOf(NEWLINE) + 1;
      const events: RunEvent[] = [];
      for (const line of text.toString('utf8', 0, end).split('\n')) {
        const event = line === '' ? undefined : parseEvent(line);
        if (event !== undefined) events.push(event);
      }
      consumed += end;
      pending = text.subarray(end);
      yield { events, offset: consumed };
    }
  } finally {
    await handle.close();
  }
}

function parseEvent(line: string): RunEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const result = v.safeParse(EVENT_SCHEMA, value, { abortEarly: true });
  return result.success ? result.output : undefined;
}

/** All events so far, then each new one as it comes, until `signal` is aborted. The file need not exist yet, its folder must. */
export async function* followEvents(file: string, signal: AbortSignal): AsyncGenerator<RunEvent, void, undefined> {
  const changes = new FolderChanges(path.dirname(file), signal);
  try {
    let offset = 0;
    while (await changes.next()) {
      const read = await readEventsFrom(file, offset);
      offset = read.offset;
      for (const event of read.events) {
        if (signal.aborted) return;
        yield event;
      }
    }
  } finally {
    changes.close();
  }
}

/** Changes in a folder, and the passing of a second where the system tells of none (network folders). */
export class FolderChanges {
  readonly #signal: AbortSignal;
  readonly #watcher: FSWatcher;
  readonly #timer: NodeJS.Timeout;
  #changed = true;
  #wake: () => void = () => undefined;

  /** @param signal ends the waiting */
  constructor(folder: string, signal: AbortSignal) {
    this.#signal = signal;
    this.#watcher = watch(folder, { persistent: true });
    this.#watcher.on('change', this.#onChange);
    this.#watcher.on('error', this.#onChange);
    this.#timer = setInterval(this.#onChange, LOOK_EVERY);
    signal.addEventListener('abort', this.#onChange);
  }

  /** Waits for a change since the last call; the first call does not wait. @returns false when the signal was aborted */
  async next(): Promise<boolean> {
    while (!this.#changed) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#changed = false;
    return !this.#signal.aborted;
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onChange);
    clearInterval(this.#timer);
    this.#watcher.close();
  }

  readonly #onChange = (): void => {
    this.#changed = true;
    this.#wake();
  };
}
