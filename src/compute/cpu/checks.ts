import type { AttentionShape, DeviceBuffer, DType, WeightMatrix } from '../device';
import type { Address } from './bindings';
import { CpuBuffer } from './memory';

/** Codes of enum sft_dtype. */
export const DTYPE_CODE: Readonly<Record<DType, number>> = { f32: 0, bf16: 1, f16: 2, i32: 3 };

/** @throws RangeError where the buffer belongs to another kind of device */
export function cpuBuffer(buffer: DeviceBuffer): CpuBuffer {
  if (!(buffer instanceof CpuBuffer)) throw new RangeError('the buffer belongs to another device');
  return buffer;
}

function fail(name: string, buffer: DeviceBuffer, wanted: string): never {
  throw new RangeError(`${name} holds ${buffer.length} ${buffer.dtype}, not ${wanted}`);
}

/** The address of an fp32 buffer of exactly `length`. */
export function floats(name: string, buffer: DeviceBuffer, length: number): Address {
  if (buffer.dtype !== 'f32' || buffer.length !== length) fail(name, buffer, `${length} f32`);
  return cpuBuffer(buffer).address;
}

/** The address of a buffer of exactly `length` of any float type. */
export function anyFloats(name: string, buffer: DeviceBuffer, length: number): Address {
  if (buffer.dtype === 'i32' || buffer.length !== length) fail(name, buffer, `${length} of a float type`);
  return cpuBuffer(buffer).address;
}

/** The address of an i32 buffer of exactly `length`. */
export function integers(name: string, buffer: DeviceBuffer, length: number): Address {
  if (buffer.dtype !== 'i32' || buffer.length !== length) fail(name, buffer, `${length} i32`);
  return cpuBuffer(buffer).address;
}

/** The address of an fp32 matrix of `columns`, and how many rows it has. */
export function rowsOf(name: string, buffer: DeviceBuffer, columns: number): [Address, number] {
  if (buffer.dtype !== 'f32' || buffer.length % columns !== 0) fail(name, buffer, `rows of ${columns} f32`);
  return [cpuBuffer(buffer).address, buffer.length / columns];
}

/** The address of a weight whose shape and length agree. */
export function weight(name: string, matrix: WeightMatrix): Address {
  return anyFloats(name, matrix.data, matrix.rows * matrix.cols);
}

/** @throws RangeError where a size is not a whole number of at least `least` */
export function size(name: string, value: number, least = 0): number {
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`${name} is ${value}`);
  return value;
}

/** @throws RangeError where an index is outside [0, limit) */
export function indicesBelow(name: string, indices: Int32Array, limit: number): void {
  for (const index of indices) {
    if (index < 0 || index >= limit) throw new RangeError(`${name} holds ${index}, outside 0 .. ${limit - 1}`);
  }
}

/** @throws RangeError where the heads do not form groups */
export function attentionShape(shape: AttentionShape): void {
  size('heads', shape.heads, 1);
  size('kvHeads', shape.kvHeads, 1);
  size('headDim', shape.headDim, 1);
  size('window', shape.window);
  if (shape.heads % shape.kvHeads !== 0) {
    throw new RangeError(`${shape.heads} heads are no multiple of ${shape.kvHeads} kv heads`);
  }
}

/** @throws RangeError where a sequence leaves the rows there are, or has more queries than keys */
export function sequencesWithin(table: Int32Array, queryRows: number, keyRows: number, equal: boolean): void {
  for (let at = 0; at < table.length; at += 4) {
    const query = table[at]!;
    const queries = table[at + 1]!;
    const key = table[at + 2]!;
    const keys = table[at + 3]!;
    const inside =
      query >= 0 && queries >= 0 && query + queries <= queryRows && key >= 0 && keys >= 0 && key + keys <= keyRows;
    if (!inside || (equal ? queries !== keys : queries > keys)) {
      throw new RangeError(
        `sequence ${at / 4}: queries ${query}+${queries} of ${queryRows}, keys ${key}+${keys} of ${keyRows}`,
      );
    }
  }
}
