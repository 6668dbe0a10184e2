import type { DeviceTraits } from './traits';

export type DType = 'f32' | 'bf16' | 'f16' | 'i32';

export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = { f32: 4, bf16: 2, f16: 2, i32: 4 };

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

/** A weight as kernels take it. Block-quantised kinds (NF4 with its absmax buffers) join this union beside `dense`. */
export type WeightMatrix = DenseMatrix;

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
  /** Host to device; the type of the array must match the buffer (Uint16Array carries the bits of bf16 and f16). */
  write(buffer: DeviceBuffer, data: Float32Array | Int32Array | Uint16Array): void;
}
