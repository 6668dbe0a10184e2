import type { Nf4Matrix, Nf4Scales, WeightMatrix } from '../memory';
import { BLOCK, NF4_VALUES, SCALE_BLOCK } from '../nf4';
import { bytesOf, floatsOf, wideOf } from './host-memory';

/** `count` rows of a weight from row `from` on, in fp32: in their place where they are that. */
export function weightRows(w: WeightMatrix, from: number, count: number): Float32Array {
  const { cols } = w;
  if (w.kind === 'dense') return wideOf(w.data.slice(from * cols, count * cols));
  return nf4Values(w, from * cols, count * cols);
}

function nf4Values({ codes, scales }: Nf4Matrix, from: number, count: number): Float32Array {
  const [pairs, scaleOf, values] = [bytesOf(codes), scalesBy(scales), new Float32Array(count)];
  let scale = 0;
  for (let i = 0; i < count; i++) {
    const at = from + i;
    if (i === 0 || at % BLOCK === 0) scale = scaleOf(Math.floor(at / BLOCK));
    const pair = pairs[at >> 1]!;
    values[i] = NF4_VALUES[at % 2 === 0 ? pair >> 4 : pair & 15]! * scale;
  }
  return values;
}

/** The scale of a block: rounded twice where scales are nested, as bitsandbytes does. */
function scalesBy(scales: Nf4Scales): (block: number) => number {
  const absmax = floatsOf(scales.absmax);
  if (scales.kind === 'plain') return (block) => absmax[block]!;
  const [codes, map, offset] = [bytesOf(scales.codes), floatsOf(scales.map), floatsOf(scales.offset)[0]!];
  return (block) => {
    const product = Math.fround(map[codes[block]!]! * absmax[Math.floor(block / SCALE_BLOCK)]!);
    return Math.fround(product + offset);
  };
}
