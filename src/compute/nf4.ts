import type { DType, DeviceBuffer, DeviceMemory, Nf4Matrix } from './memory';

/** Elements that share a scale, and scales that share one of theirs. */
export const BLOCK = 64;
export const SCALE_BLOCK = 256;

/** The values of the 16 codes, fp32 (Dettmers et al. 2023, as bitsandbytes stores them). */
export const NF4_VALUES = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
);

/** Bounds between neighbouring values: what is strictly above one has the upper code. */
export const NF4_BOUNDS: readonly number[] = [
  -0.8480964004993439, -0.6106329262256622, -0.4599952697753906, -0.33967943489551544, -0.23460740596055984,
  -0.13791173323988914, -0.045525018125772476, 0.03979014977812767, 0.1202552504837513, 0.2035212516784668,
  0.2920137718319893, 0.3893125355243683, 0.5016634166240692, 0.6427869200706482, 0.8614784178118011,
];

/** Bytes of the codes of so many elements. */
export function bytesOfCodes(elements: number): number {
  return Math.ceil(elements / 2);
}

/** Scales of so many elements. */
export function scalesOf(elements: number): number {
  return Math.ceil(elements / BLOCK);
}

/** Scales of so many scales. */
export function scaleBlocks(scales: number): number {
  return Math.ceil(scales / SCALE_BLOCK);
}

/** Memory for a matrix in 4 bits, to be filled by `quantizeNf4`: with a map its scales are held in 8 bits by that map. */
export function allocNf4(memory: DeviceMemory, rows: number, cols: number, map?: DeviceBuffer): Nf4Matrix {
  const blocks = scalesOf(rows * cols);
  const alloc = (dtype: DType, length: number): DeviceBuffer => memory.alloc(dtype, length);
  return {
    kind: 'nf4',
    rows,
    cols,
    codes: alloc('u8', bytesOfCodes(rows * cols)),
    scales:
      map === undefined
        ? { kind: 'plain', absmax: alloc('f32', blocks) }
        : {
            kind: 'nested',
            codes: alloc('u8', blocks),
            map,
            absmax: alloc('f32', scaleBlocks(blocks)),
            offset: alloc('f32', 1),
          },
  };
}

/** Gives the memory of a matrix from `allocNf4` back; the map is the caller's. */
export function freeNf4(memory: DeviceMemory, { codes, scales }: Nf4Matrix): void {
  memory.free(codes);
  memory.free(scales.absmax);
  if (scales.kind === 'plain') return;
  memory.free(scales.codes);
  memory.free(scales.offset);
}
