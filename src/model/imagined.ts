import type { LocatedTensor } from '../base/tensor-folder';

/** Of a weight: published ones have 16 bits. */
export const BYTES = 2;

/** The tensors of a model that is not here, as its files would have them. @param expected their shapes by name */
export function imagined(expected: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, LocatedTensor> {
  return new Map(
    [...expected].map(([name, shape]) => {
      const byteLength = shape.reduce((product, n) => product * n, BYTES);
      return [name, { name, shape, dtype: 'BF16', file: '', byteOffset: 0, byteLength }];
    }),
  );
}
