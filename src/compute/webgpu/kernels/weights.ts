import { matrixRows } from '../../matrix-rows';
import type { WeightMatrix } from '../../memory';
import { BLOCK, NF4_VALUES, SCALE_BLOCK } from '../../nf4';
import { ROUNDED } from './numeric';
import type { Buffers, Recording } from '../recording';

/** How a program reads a weight: the arguments it lies in, and a function w_value(e) of element e counted over all rows. */
export interface WeightForm {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: string;
}

const DENSE: WeightForm = { name: 'dense', args: ['w'], code: 'fn w_value(e: u32) -> f32 { return w_at(e); }' };

/** fp32 constants: the text of a double is cut to fp32 by the compiler. */
const VALUES = Array.from(NF4_VALUES, (value) => value.toExponential());
const nf4 = (scale: string): string => `
const NF4 = array<f32, 16>(${VALUES.join(', ')});
fn w_value(e: u32) -> f32 {
  let pair = w_at(e >> 1u);
  let block = e >> 6u;
  return NF4[select(pair >> 4u, pair & 15u, (e & 1u) == 1u)] * (${scale});
}`;
const PLAIN: WeightForm = { name: 'nf4', args: ['w', 'w_absmax'], code: nf4('w_absmax_at(block)') };
const NESTED: WeightForm = {
  name: 'nested nf4',
  args: ['w', 'w_scales', 'w_map', 'w_absmax', 'w_offset'],
  // Rounded twice, as bitsandbytes does: a fused product would give other scales.
  code: ROUNDED + nf4('rounded(w_map_at(w_scales_at(block)) * w_absmax_at(block >> 8u)) + w_offset_at(0u)'),
};

export function formOf(w: WeightMatrix): WeightForm {
  if (w.kind === 'dense') return DENSE;
  return w.scales.kind === 'plain' ? PLAIN : NESTED;
}

/** What a weight lies in, by the names of its form's arguments. */
export function weightBuffers(w: WeightMatrix): Buffers {
  if (w.kind === 'dense') return { w: w.data };
  const { codes, scales } = w;
  if (scales.kind === 'plain') return { w: codes, w_absmax: scales.absmax };
  return { w: codes, w_scales: scales.codes, w_map: scales.map, w_absmax: scales.absmax, w_offset: scales.offset };
}

/** A weight cut into rows that a kernel sees at once: the first of them, and the matrix that they are. */
export function* weightParts(r: Recording, w: WeightMatrix): Generator<readonly [from: number, part: WeightMatrix]> {
  const step = rowsAtOnce(r.argumentBytes, w);
  for (let from = 0; from < w.rows; from += step) yield [from, matrixRows(w, from, Math.min(step, w.rows - from))];
}

/** As many rows as fit; in 4 bits a number of rows after which a block begins. */
function rowsAtOnce(bytes: number, w: WeightMatrix): number {
  if (w.kind === 'dense') {
    const width = w.data.dtype === 'f32' ? 4 : 2;
    return Math.max(1, Math.floor(bytes / width / w.cols));
  }
  const block = w.scales.kind === 'plain' ? BLOCK : BLOCK * SCALE_BLOCK;
  const unit = block / gcd(block, w.cols);
  return Math.max(1, Math.floor((2 * bytes) / w.cols / unit)) * unit;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
