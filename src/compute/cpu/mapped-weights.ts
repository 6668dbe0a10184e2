import { closeSync, fstatSync, openSync } from 'node:fs';
import { SftError } from '../../base/errors';
import { BYTES_PER_ELEMENT, type DType, type WeightFile } from '../memory';
import { size } from '../shapes';
import type { CpuLibrary } from './bindings';
import { Allocation, CpuBuffer } from './memory';

/** A change that cuts nothing is noticed so much later at most. */
const LOOK_EVERY_MS = 500;

/** A file of weights that is read in place. It is held open, so that it can be told whether it is still what was mapped. */
export class MappedWeights implements WeightFile {
  readonly #library: CpuLibrary;
  readonly #allocation: Allocation;
  readonly #path: string;
  readonly #onClose: () => void;
  readonly #file: number;
  readonly #before: string;
  #looked = performance.now();

  constructor(library: CpuLibrary, address: number, bytes: number, path: string, onClose: () => void) {
    this.#library = library;
    this.#allocation = new Allocation(this, address, bytes, path);
    this.#path = path;
    this.#onClose = onClose;
    this.#file = openSync(path, 'r');
    this.#before = this.#state();
  }

  /** @throws SftError weights-changed where a part of the file could not be read, or the file was written to */
  check(): void {
    const lost = this.#library.mapLost(this.#allocation.address) !== 0;
    const now = performance.now();
    if (!lost && now - this.#looked < LOOK_EVERY_MS) return;
    this.#looked = now;
    if (!lost && this.#state() === this.#before) return;
    const what = lost ? 'a part of the weights can no longer be read' : 'the weights were written to';
    throw new SftError('weights-changed', `${what} while they were in use: the last results are not kept`, {
      file: this.#path,
      remedy: 'restore the original file and resume (to replace weights safely, write a new file and rename it)',
    });
  }

  buffer(dtype: DType, byteOffset: number, length: number): CpuBuffer {
    const width = BYTES_PER_ELEMENT[dtype];
    const end = size('byteOffset', byteOffset) + size('length', length) * width;
    if (byteOffset % width !== 0 || end > this.#allocation.bytes) {
      throw new RangeError(
        `${length} ${dtype} from byte ${byteOffset} leave a file of ${this.#allocation.bytes} bytes`,
      );
    }
    const buffer = new CpuBuffer(this.#allocation, byteOffset, dtype, length);
    if (this.#allocation.released) throw new RangeError(`${this.#allocation.label} is closed`);
    return buffer;
  }

  close(): void {
    if (this.#allocation.released) return;
    this.#allocation.released = true;
    this.#onClose();
    closeSync(this.#file);
    this.#library.unmap(this.#allocation.address, this.#allocation.bytes);
  }

  #state(): string {
    const { size: bytes, mtimeMs } = fstatSync(this.#file);
    return `${bytes} ${mtimeMs}`;
  }
}
