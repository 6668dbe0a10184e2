import { MOMENT_BLOCK } from '../../compute/block-moments';
import type { ParameterSet } from '../../model/parameters';

/** A tensor of fewer elements keeps its moments in fp32: they are few, and often of norms, which rounding hurts most. */
const LEAST_QUANTISED = 4096;
/** Blocks are placed by 32 bits. */
const LONGEST_STRETCH = 2 ** 31 - 1;

interface StretchLayout {
  readonly offset: number;
  readonly length: number;
  readonly decayed: boolean;
  /** i32 [blocks, 3], as `BlockTable` has them; places are counted from the stretch's offset. */
  readonly table: Int32Array;
}

interface BlockLayout {
  readonly stretches: readonly StretchLayout[];
  /** Blocks of all stretches in 8 bits and in fp32. */
  readonly quantised: number;
  readonly exact: number;
}

/** Cuts all trained tensors into blocks, in stretches that are decayed or are not, as few as 32 bits allow. */
export function blockLayout(parameters: ParameterSet, longest = LONGEST_STRETCH): BlockLayout {
  const stretches: { offset: number; length: number; decayed: boolean; rows: number[] }[] = [];
  let [offset, quantised, exact] = [0, 0, 0];
  for (const { value, decay: decayed } of parameters.all()) {
    const { length } = value;
    let stretch = stretches.at(-1);
    if (stretch?.decayed !== decayed || stretch.length + length > longest) {
      stretch = { offset, length: 0, decayed, rows: [] };
      stretches.push(stretch);
    }
    for (let at = 0; at < length; at += MOMENT_BLOCK) {
      const home = length < LEAST_QUANTISED ? -1 - exact++ : quantised++;
      stretch.rows.push(stretch.length + at, Math.min(MOMENT_BLOCK, length - at), home);
    }
    stretch.length += length;
    offset += length;
  }
  return {
    stretches: stretches.map(({ rows, ...stretch }) => ({ ...stretch, table: Int32Array.from(rows) })),
    quantised,
    exact,
  };
}
