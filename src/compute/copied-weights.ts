import { closeSync, fstatSync, openSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { SftError } from '../base/errors';
import { readFull } from '../base/read-full';
import { HeldBuffer, type HeldAllocation } from './held-buffer';
import { BYTES_PER_ELEMENT, type DType, type WeightFile } from './memory';
import { size } from './shapes';

/** What a file of weights needs of the memory of its device, which holds memory as `Held`. */
export interface WeightMemory<Held, A extends HeldAllocation<Held>> {
  /** Memory for so many bytes. @throws SftError out-of-memory */
  create(bytes: number): Held;
  /** What `hold` gives, as an allocation of this device. */
  allocation(owner: object, bytes: number, label: string, hold: () => Held): A;
  /** @param data whole words */
  upload(held: Held, offset: number, data: Uint8Array): void;
  /** Gives memory back, and what is kept for its allocation. */
  drop(allocation: A, held: Held): void;
  /** Bytes of a file that are on their way at once. */
  readonly transferBytes: number;
}

/** A file of weights whose tensors are copied to the device when they are first used there. */
export class CopiedWeights<Held, A extends HeldAllocation<Held>> implements WeightFile {
  readonly #file: number;
  readonly #before: string;
  readonly #bytes: number;
  readonly #tensors = new Map<string, CopiedTensor<Held, A>>();
  #closed = false;

  /** @throws SftError unreadable-file */
  constructor(
    private readonly memory: WeightMemory<Held, A>,
    private readonly path: string,
  ) {
    this.#file = openToRead(path);
    this.#before = this.#state();
    this.#bytes = fstatSync(this.#file).size;
  }

  /** @throws RangeError once it is closed, and where the file does not reach so far */
  buffer(dtype: DType, byteOffset: number, length: number): HeldBuffer<A> {
    const width = BYTES_PER_ELEMENT[dtype];
    const bytes = size('length', length) * width;
    if (this.#closed) throw new RangeError(`${this.path} is closed`);
    if (size('byteOffset', byteOffset) % width !== 0 || byteOffset + bytes > this.#bytes) {
      throw new RangeError(`${length} ${dtype} from byte ${byteOffset} leave a file of ${this.#bytes} bytes`);
    }
    const key = `${byteOffset}+${bytes}`;
    let tensor = this.#tensors.get(key);
    if (tensor === undefined) {
      tensor = new CopiedTensor(this, this.memory, this.path, byteOffset, bytes);
      this.#tensors.set(key, tensor);
    }
    return new HeldBuffer(tensor.allocation, 0, dtype, length);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const tensor of this.#tensors.values()) tensor.release();
    closeSync(this.#file);
  }

  /**
   * Bytes of the file from `offset` on, as many as `into` holds.
   * @throws SftError weights-changed where it is not the file that was opened
   */
  read(into: Uint8Array, offset: number): void {
    const read = readFull(this.#file, into, offset);
    if (read === into.length && this.#state() === this.#before) return;
    throw new SftError('weights-changed', 'the weights were written to while they were copied to the device', {
      file: this.path,
      remedy: 'restore the original file and resume (to replace weights safely, write a new file and rename it)',
    });
  }

  #state(): string {
    const { size: bytes, mtimeMs } = fstatSync(this.#file);
    return `${bytes} ${mtimeMs}`;
  }
}

/** A part of the file, on the device from its first use until it is done with. */
export class CopiedTensor<Held, A extends HeldAllocation<Held>> {
  readonly allocation: A;
  #copy: Held | undefined;

  constructor(
    private readonly file: CopiedWeights<Held, A>,
    private readonly memory: WeightMemory<Held, A>,
    path: string,
    private readonly byteOffset: number,
    private readonly bytes: number,
  ) {
    this.allocation = memory.allocation(this, bytes, path, () => (this.#copy ??= this.#load()));
  }

  /** Gives the copy back; another use makes it anew. */
  drop(): void {
    if (this.#copy !== undefined) this.memory.drop(this.allocation, this.#copy);
    this.#copy = undefined;
  }

  release(): void {
    this.drop();
    this.allocation.released = true;
  }

  #load(): Held {
    const { memory, bytes } = this;
    const held = memory.create(bytes);
    try {
      const piece = new Uint8Array(Math.min(memory.transferBytes, Math.ceil(bytes / 4) * 4));
      for (let at = 0; at < bytes; at += piece.length) {
        const count = Math.min(piece.length, bytes - at);
        this.file.read(piece.subarray(0, count), this.byteOffset + at);
        memory.upload(held, at, piece.subarray(0, Math.ceil(count / 4) * 4));
      }
      return held;
    } catch (error) {
      memory.drop(this.allocation, held);
      throw error;
    }
  }
}

function openToRead(path: string): number {
  try {
    const file = openSync(path, 'r');
    if (fstatSync(file).size > 0) return file;
    closeSync(file);
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error && typeof error.errno === 'number')) throw error;
    throw unreadable(path, getSystemErrorMap().get(error.errno)?.[1] ?? error.message);
  }
  throw unreadable(path, 'the file is empty');
}

function unreadable(path: string, reason: string): SftError {
  return new SftError('unreadable-file', reason, {
    file: path,
    remedy: 'check the path and its permissions',
    exitCode: 2,
  });
}
