import { BLOCK, NF4_BOUNDS, SCALE_BLOCK, scalesOf } from '../../nf4';
import type { Nf4Scales } from '../../memory';
import { bytesOf, floatsOf, wideOf } from '../host-memory';
import type { Kernel } from '../kernel';
import { codeBy, middlesOf } from '../nearest';

/** The code of 0, which fills up the last byte of an odd number of elements. */
const ZERO = 7;

export const quantizeNf4: Kernel<'quantizeNf4'> = (_on, { codes, scales }, x) => {
  const [pairs, values] = [bytesOf(codes), wideOf(x)];
  const absmax = scales.kind === 'plain' ? floatsOf(scales.absmax) : new Float32Array(scalesOf(values.length));
  const bounds = Float32Array.from(NF4_BOUNDS);
  for (let block = 0; block < absmax.length; block++) {
    const from = block * BLOCK;
    const some = values.subarray(from, from + BLOCK);
    absmax[block] = largest(some);
    const factor = reciprocal(absmax[block]!);
    const code = (i: number): number => (i < some.length ? codeBy(bounds, Math.fround(some[i]! * factor)) : ZERO);
    for (let i = 0; i < some.length; i += 2) pairs[(from + i) / 2] = code(i) * 16 + code(i + 1);
  }
  if (scales.kind === 'nested') nestScales(scales, absmax);
};

/** The scales in 8 bits: their distances from their mean, by blocks with scales of their own. */
function nestScales(scales: Extract<Nf4Scales, { kind: 'nested' }>, absmax: Float32Array): void {
  const [codes, nested, middles] = [bytesOf(scales.codes), floatsOf(scales.absmax), middlesOf(floatsOf(scales.map))];
  const mean = Math.fround(absmax.reduce((sum, value) => sum + value, 0) / Math.max(1, absmax.length));
  floatsOf(scales.offset)[0] = mean;
  const distances = absmax.map((value) => value - mean);
  for (let block = 0; block < nested.length; block++) {
    const from = block * SCALE_BLOCK;
    const some = distances.subarray(from, from + SCALE_BLOCK);
    nested[block] = largest(some);
    const factor = reciprocal(nested[block]!);
    some.forEach((distance, i) => (codes[from + i] = codeBy(middles, Math.fround(distance * factor))));
  }
}

/** The largest magnitude. NaN is passed over. */
function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most;
}

function reciprocal(scale: number): number {
  return scale > 0 ? Math.fround(1 / scale) : 0;
}
