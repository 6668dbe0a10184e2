import type { DeviceBuffer, DeviceMemory } from './memory';

/** Elements that share a scale. */
export const MOMENT_BLOCK = 256;

/** A moment of an optimizer by blocks: in 8 bits where tensors are large, in fp32 where they are small. */
export interface BlockMoment {
  /** fp32 [256], ascending: what the codes stand for. */
  readonly map: DeviceBuffer;
  /** u8 [quantised blocks, 256] */
  readonly codes: DeviceBuffer;
  /** fp32 [quantised blocks] */
  readonly absmax: DeviceBuffer;
  /** fp32 [exact blocks, 256] */
  readonly exact: DeviceBuffer;
}

/**
 * Blocks of a stretch of parameters, three i32 each: where the block begins in the stretch, its 1 to 256 elements, and where its moments
 * are: block h in 8 bits as h, block h in fp32 as -1 - h. No two overlap, and no two have the same home.
 */
export interface BlockTable {
  /** i32 [count, 3] */
  readonly data: DeviceBuffer;
  readonly count: number;
  /** The blocks lie within so many elements, and their moments within so many blocks of each kind. */
  readonly elements: number;
  readonly quantised: number;
  readonly exact: number;
}

/**
 * Writes a table of blocks into a buffer of exactly its size.
 * @throws RangeError where a block is empty, too long, or begins before the stretch
 */
export function writeBlocks(device: DeviceMemory, data: DeviceBuffer, table: Int32Array): BlockTable {
  let [elements, quantised, exact] = [0, 0, 0];
  for (let at = 0; at < table.length; at += 3) {
    const [start, length, home] = [table[at]!, table[at + 1]!, table[at + 2]!];
    if (start < 0 || length < 1 || length > MOMENT_BLOCK) {
      throw new RangeError(`block ${at / 3}: ${length} elements from ${start} on`);
    }
    elements = Math.max(elements, start + length);
    if (home < 0) exact = Math.max(exact, -home);
    else quantised = Math.max(quantised, home + 1);
  }
  if (table.length > 0) device.write(data, table);
  return { data, count: table.length / 3, elements, quantised, exact };
}
