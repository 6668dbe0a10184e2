import type { DeviceTraits } from './traits';

export type DType = 'f32' | HalfType | 'i32' | 'u8';
/** Of 16 bits. */
export type HalfType = 'bf16' | 'f16';

export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = { f32: 4, bf16: 2, f16: 2, i32: 4, u8: 1 };

/** What a buffer is written from. */
export type HostArray = Float32Array | Int32Array | Uint16Array | Uint8Array;

/** Device memory of one element type. Slices share memory with their parent and are freed with it. */
export interface DeviceBuffer {
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
  /** A window on the same memory: `length` elements from element `offset`. */
  slice(offset: number, length: number): DeviceBuffer;
}

/** A matrix [rows, cols] stored element by element, in the type it has on disk. */
export interface DenseMatrix {
  readonly kind: 'dense';
  readonly data: DeviceBuffer;
  readonly rows: number;
  readonly cols: number;
}

/**
 * A matrix in 4 bits, as bitsandbytes stores NF4: elements are counted over all rows, blocks of 64 share a scale, and an element is
 * its code's value times that, in fp32.
 */
export interface Nf4Matrix {
  readonly kind: 'nf4';
  /** u8 [ceil(rows cols / 2)]: two codes in a byte, the first in the high bits. */
  readonly codes: DeviceBuffer;
  readonly scales: Nf4Scales;
  readonly rows: number;
  readonly cols: number;
}

/** The scale of each block: in fp32, or in 8 bits again (double quantisation): map[codes[b]] * absmax[b / 256] + offset. */
export type Nf4Scales =
  | { readonly kind: 'plain'; readonly absmax: DeviceBuffer }
  | {
      readonly kind: 'nested';
      /** u8, one a block. */
      readonly codes: DeviceBuffer;
      /** fp32 [256], ascending. */
      readonly map: DeviceBuffer;
      /** fp32, one for 256 blocks. */
      readonly absmax: DeviceBuffer;
      /** fp32 [1] */
      readonly offset: DeviceBuffer;
    };

/** A weight as kernels take it. */
export type WeightMatrix = DenseMatrix | Nf4Matrix;

/** A file of weights that the device reads in place (memory-mapped on the CPU, copied elsewhere). */
export interface WeightFile {
  /** `length` elements from `byteOffset` on; the offset is a multiple of the element size. */
  buffer(dtype: DType, byteOffset: number, length: number): DeviceBuffer;
  /** Unmaps the file. Buffers taken from it must not be used afterwards. */
  close(): void;
}

/** The memory of a device, and what its passes are laid out for. */
export interface DeviceMemory {
  readonly traits: DeviceTraits;

  /** Zeroed memory. */
  alloc(dtype: DType, length: number): DeviceBuffer;
  /** Gives memory from `alloc` back. Slices and buffers of a WeightFile are not freed by this. */
  free(buffer: DeviceBuffer): void;
  /** Bytes now held by `alloc`. */
  readonly allocatedBytes: number;
  /** @throws SftError unreadable-file */
  openWeights(path: string): WeightFile;
  /**
   * Of a part of a file of weights: it is read soon, so that the system may begin to, or was read for the last time, so that it need not
   * be held. It can still be read; other memory is left alone.
   */
  advise(buffer: DeviceBuffer, use: 'soon' | 'done'): void;
  /** Host to device; the type of the array must match the buffer (Uint16Array carries the bits of bf16 and f16). */
  write(buffer: DeviceBuffer, data: HostArray): void;
}
