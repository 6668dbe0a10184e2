import koffi from 'koffi';
import type { DeviceBuffer } from '../memory';
import { addressOf } from './cuda-buffer';

/** What a kernel takes: a buffer as the address of its first element, a number as int32, others as marked. */
export type KernelArgument = DeviceBuffer | number | Marked;

interface Marked {
  readonly kind: 'long' | 'float' | 'double' | 'gap';
  readonly value: number;
}

/** int64 or uint64, below 2^53. */
export const long = (value: number): Marked => ({ kind: 'long', value });
export const float = (value: number): Marked => ({ kind: 'float', value });
export const double = (value: number): Marked => ({ kind: 'double', value });
/** So many bytes that nobody reads, a multiple of 8: what an array has behind its last element in use. */
export const gap = (bytes: number): Marked => ({ kind: 'gap', value: bytes });
/** The address of a buffer that may be left out. */
export const optional = (buffer: DeviceBuffer | undefined): KernelArgument => buffer ?? long(0);

/** Where the arguments begin, and bytes that they may have; before them lies what tells the driver where they are. */
const [BEGIN, ROOM] = [64, 4096];
const SIZE = 40;

/** Memory in which the arguments of a launch are packed, each at its own alignment as C lays out a struct. */
export class PackedArguments {
  /** For cuLaunchKernel's `extra`: CU_LAUNCH_PARAM_BUFFER_POINTER, where, CU_LAUNCH_PARAM_BUFFER_SIZE, where that stands, the end. */
  readonly extra: BigUint64Array;
  readonly #view: DataView;

  constructor() {
    const memory = new ArrayBuffer(BEGIN + ROOM);
    // It never moves: what is 64 bytes or longer lies outside of the heap of JavaScript.
    const address = koffi.address(new Uint8Array(memory));
    this.#view = new DataView(memory);
    this.extra = new BigUint64Array(memory, 0, 5);
    this.extra.set([1n, address + BigInt(BEGIN), 2n, address + BigInt(SIZE), 0n]);
  }

  /** @throws RangeError where a number does not fit, or there are too many */
  pack(args: readonly KernelArgument[]): void {
    const view = this.#view;
    let at = BEGIN;
    for (const arg of args) {
      if (typeof arg === 'object' && 'kind' in arg && arg.kind === 'gap') {
        at = Math.ceil(at / 8) * 8 + arg.value;
        continue;
      }
      const width = typeof arg === 'number' || ('kind' in arg && arg.kind === 'float') ? 4 : 8;
      at = Math.ceil(at / width) * width;
      if (typeof arg === 'number') view.setInt32(at, integer(arg, 2 ** 31), true);
      else if (!('kind' in arg)) view.setBigUint64(at, BigInt(addressOf(arg)), true);
      else if (arg.kind === 'long') view.setBigInt64(at, BigInt(integer(arg.value, 2 ** 53)), true);
      else if (arg.kind === 'float') view.setFloat32(at, arg.value, true);
      else view.setFloat64(at, arg.value, true);
      at += width;
    }
    view.setBigUint64(SIZE, BigInt(Math.ceil((at - BEGIN) / 8) * 8), true);
  }
}

function integer(value: number, limit: number): number {
  if (!Number.isInteger(value) || value < -limit || value >= limit) throw new RangeError(`a kernel takes no ${value}`);
  return value;
}
