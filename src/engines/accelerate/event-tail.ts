import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import * as v from 'valibot';
import { problemIn } from '../../base/shapes';
import { SftError } from '../../base/errors';
import { ENGINE_EVENT, type EngineEvent } from './contract';
import type { EngineFolder } from './engine-folder';

const NEWLINE = 0x0a;
/** How much is read at once, bytes. */
const PIECE = 1 << 20;

/**
 * The events of Python, each handed over once. How far they were is kept in a file, after they were: a worker that is killed in between
 * hands some over twice, and loses none.
 */
export class EventTail {
  private offset: number;
  private readonly piece: Buffer;

  /** @param piece bytes that are read at once; a longer line is put together */
  constructor(
    private readonly folder: EngineFolder,
    piece = PIECE,
  ) {
    this.offset = existsSync(folder.forwarded) ? Number(readFileSync(folder.forwarded, 'utf8')) : 0;
    this.piece = Buffer.alloc(piece);
  }

  /** Begins a new file: Python is not running, and all it said was handed over. What a killed one left half-written is gone with it. */
  restart(): void {
    rmSync(this.folder.events, { force: true });
    rmSync(this.folder.forwarded, { force: true });
    this.offset = 0;
  }

  /**
   * The events since the last one that was taken; a line that is not ended yet is left for later, as are those after the one that the
   * caller leaves off at.
   * @throws SftError engine-contract where a line is no event
   */
  *events(): Generator<EngineEvent> {
    const began = this.offset;
    try {
      for (const line of this.lines()) yield this.parse(line);
    } finally {
      if (this.offset !== began) writeFileSync(this.folder.forwarded, String(this.offset));
    }
  }

  private *lines(): Generator<string> {
    let descriptor: number;
    try {
      descriptor = openSync(this.folder.events, 'r');
    } catch {
      return;
    }
    try {
      let rest = Buffer.alloc(0);
      for (let position = this.offset; ;) {
        const length = readSync(descriptor, this.piece, 0, this.piece.length, position);
        if (length === 0) return;
        position += length;
        rest = Buffer.concat([rest, this.piece.subarray(0, length)]);
        for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
          const line = rest.toString('utf8', 0, end);
          rest = rest.subarray(end + 1);
          this.offset += end + 1;
          yield line;
        }
      }
    } finally {
      closeSync(descriptor);
    }
  }

  private parse(line: string): EngineEvent {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw this.refuse('a line is not JSON');
    }
    const result = v.safeParse(ENGINE_EVENT, value, { abortEarly: true });
    if (result.success) return result.output;
    throw this.refuse(problemIn(result.issues, 'a line'));
  }

  private refuse(reason: string): SftError {
    return new SftError('engine-contract', `the output of Python cannot be read: ${reason}`, {
      file: this.folder.events,
      remedy: 'use the python folder that came with this version of SFT Workbench, and resume the run',
    });
  }
}
