import { MOMENT_BLOCK, type BlockMoment, type BlockTable } from './block-moments';
import type { DeviceBuffer, DType, Nf4Scales, WeightMatrix } from './memory';
import { bytesOfCodes, scaleBlocks, scalesOf } from './nf4';
import type { Indices, Sequences } from './indices';
import type { AttentionShape } from './kernels';

/** Checks of what kernels are given, the same for all devices. Each throws a RangeError that names the argument. */

function fail(name: string, buffer: DeviceBuffer, wanted: string): never {
  throw new RangeError(`${name} holds ${buffer.length} ${buffer.dtype}, not ${wanted}`);
}

/** An fp32 buffer of exactly `length`. */
export function floats(name: string, buffer: DeviceBuffer, length: number): void {
  if (buffer.dtype !== 'f32' || buffer.length !== length) fail(name, buffer, `${length} f32`);
}

/** A buffer of exactly `length` of any float type. */
export function anyFloats(name: string, buffer: DeviceBuffer, length: number): void {
  if (!isFloat(buffer.dtype) || buffer.length !== length) fail(name, buffer, `${length} of a float type`);
}

function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'bf16' || dtype === 'f16';
}

/** An i32 buffer of exactly `length`. */
export function integers(name: string, buffer: DeviceBuffer, length: number): void {
  if (buffer.dtype !== 'i32' || buffer.length !== length) fail(name, buffer, `${length} i32`);
}

/** A u8 buffer of exactly `length`. */
export function bytes(name: string, buffer: DeviceBuffer, length: number): void {
  if (buffer.dtype !== 'u8' || buffer.length !== length) fail(name, buffer, `${length} u8`);
}

/** How many rows an fp32 matrix of `columns` has. */
export function rowsOf(name: string, buffer: DeviceBuffer, columns: number): number {
  if (buffer.dtype !== 'f32' || buffer.length % columns !== 0) fail(name, buffer, `rows of ${columns} f32`);
  return buffer.length / columns;
}

/** A weight whose shape and length agree. */
export function weight(name: string, w: WeightMatrix): void {
  const length = size(`${name}.rows`, w.rows) * size(`${name}.cols`, w.cols);
  if (w.kind === 'dense') {
    anyFloats(name, w.data, length);
  } else {
    bytes(`${name}.codes`, w.codes, bytesOfCodes(length));
    nf4Scales(`${name}.scales`, w.scales, scalesOf(length));
  }
}

function nf4Scales(name: string, scales: Nf4Scales, blocks: number): void {
  if (scales.kind === 'plain') {
    floats(`${name}.absmax`, scales.absmax, blocks);
    return;
  }
  bytes(`${name}.codes`, scales.codes, blocks);
  floats(`${name}.map`, scales.map, 256);
  floats(`${name}.absmax`, scales.absmax, scaleBlocks(blocks));
  floats(`${name}.offset`, scales.offset, 1);
}

/** A whole number of at least `least`. */
export function size(name: string, value: number, least = 0): number {
  if (!Number.isSafeInteger(value) || value < least) throw new RangeError(`${name} is ${value}`);
  return value;
}

/** Exactly `count` indices, all in [0, limit). */
export function indices(name: string, { data, length, below }: Indices, count: number, limit: number): void {
  integers(name, data, count);
  if (length !== count || below > limit) throw new RangeError(`${name} holds ${below - 1}, outside 0 .. ${limit - 1}`);
}

/** Heads that form groups. */
export function attentionShape(shape: AttentionShape): void {
  size('heads', shape.heads, 1);
  size('kvHeads', shape.kvHeads, 1);
  size('headDim', shape.headDim, 1);
  size('window', shape.window);
  if (shape.heads % shape.kvHeads !== 0) {
    throw new RangeError(`${shape.heads} heads are no multiple of ${shape.kvHeads} kv heads`);
  }
}

/** Sequences within the rows there are. */
export function sequencesWithin(given: Sequences, queryRows: number, keyRows: number): void {
  integers('sequences', given.table, size('count', given.count) * 4);
  if (given.queryRows > queryRows || given.keyRows > keyRows) {
    throw new RangeError(
      `sequences over ${given.queryRows} queries and ${given.keyRows} keys do not fit ${queryRows} and ${keyRows}`,
    );
  }
}

/** Blocks within a stretch of `length` elements whose moments lie within the blocks there are. */
export function blockMoments(table: BlockTable, moments: Readonly<Record<string, BlockMoment>>, length: number): void {
  integers('blocks', table.data, table.count * 3);
  if (table.elements > length) throw new RangeError(`blocks over ${table.elements} elements leave ${length}`);
  for (const [name, { map, codes, absmax, exact }] of Object.entries(moments)) {
    floats(`${name}.map`, map, 256);
    floats(`${name}.absmax`, absmax, absmax.length);
    bytes(`${name}.codes`, codes, absmax.length * MOMENT_BLOCK);
    const kept = rowsOf(`${name}.exact`, exact, MOMENT_BLOCK);
    if (table.quantised > absmax.length || table.exact > kept) {
      throw new RangeError(`${name} has no place for ${table.quantised} blocks in 8 bits and ${table.exact} in fp32`);
    }
  }
}
