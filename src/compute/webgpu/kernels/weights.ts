import { matrixRows } from '../../matrix-rows';
import type { DeviceBuffer, WeightMatrix } from '../../memory';
import { BLOCK, NF4_VALUES, SCALE_BLOCK } from '../../nf4';
import { ROUNDED } from './numeric';
import type { Buffers, Recording } from '../recording';

/** How a program reads a weight w: the arguments it lies in, and a function w_value(e) of element e counted over all rows. */
export interface WeightForm {
  readonly name: 'dense' | 'nf4' | 'nested nf4';
  /** By the name of the weight. */
  readonly args: (w: string) => readonly string[];
  readonly code: (w: string) => string;
  /** What the code of all weights of this form needs once. */
  readonly library: string;
}

const DENSE: WeightForm = {
  name: 'dense',
  args: (w) => [w],
  code: (w) => `fn ${w}_value(e: u32) -> f32 { return ${w}_at(e); }`,
  library: '',
};

/** fp32 constants: the text of a double is cut to fp32 by the compiler. */
const VALUES = Array.from(NF4_VALUES, (value) => value.toExponential());
const NF4 = `
const NF4 = array<f32, 16>(${VALUES.join(', ')});`;
const nf4 = (w: string, scale: string): string => `
fn ${w}_value(e: u32) -> f32 {
  let pair = ${w}_at(e >> 1u);
  let block = e >> 6u;
  return NF4[select(pair >> 4u, pair & 15u, (e & 1u) == 1u)] * (${scale});
}`;
const PLAIN: WeightForm = {
  name: 'nf4',
  args: (w) => [w, `${w}_absmax`],
  code: (w) => nf4(w, `${w}_absmax_at(block)`),
  library: NF4,
};
const NESTED: WeightForm = {
  name: 'nested nf4',
  args: (w) => [w, `${w}_scales`, `${w}_map`, `${w}_absmax`, `${w}_offset`],
  // Rounded twice, as bitsandbytes does: a fused product would give other scales.
  code: (w) => nf4(w, `rounded(${w}_map_at(${w}_scales_at(block)) * ${w}_absmax_at(block >> 8u)) + ${w}_offset_at(0u)`),
  library: ROUNDED + NF4,
};

export function formOf(w: WeightMatrix): WeightForm {
  if (w.kind === 'dense') return DENSE;
  return w.scales.kind === 'plain' ? PLAIN : NESTED;
}

/** What a weight lies in, by the names of its form's arguments. */
export function weightBuffers(w: WeightMatrix, name = 'w'): Buffers {
  const memory = memoryOf(w);
  return Object.fromEntries(
    formOf(w)
      .args(name)
      .map((arg, i) => [arg, memory[i]!]),
  );
}

function memoryOf(w: WeightMatrix): readonly DeviceBuffer[] {
  if (w.kind === 'dense') return [w.data];
  const { codes, scales } = w;
  if (scales.kind === 'plain') return [codes, scales.absmax];
  return [codes, scales.codes, scales.map, scales.absmax, scales.offset];
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
