import { MOMENT_BLOCK } from '../../compute/block-moments';
import type { ParameterSet } from '../../model/parameters';
import { stretchesOf, type Stretch, type StretchOptions } from './stretches';

/** A tensor of fewer elements keeps its moments in fp32: they are few, and often of norms, which rounding hurts most. */
const LEAST_QUANTISED = 4096;
/** Blocks are placed by 32 bits. */
const LONGEST_STRETCH = 2 ** 31 - 1;

interface StretchLayout extends Stretch {
  /** i32 [blocks, 3], as `BlockTable` has them; places are counted from the stretch's offset. */
  readonly table: Int32Array;
}

interface BlockLayout {
  readonly stretches: readonly StretchLayout[];
  /** Blocks of all stretches in 8 bits and in fp32. */
  readonly quantised: number;
  readonly exact: number;
}

/** Cuts all trained tensors into blocks, in stretches that are updated alike, as few as 32 bits allow. */
export function blockLayout(parameters: ParameterSet, options: StretchOptions, longest = LONGEST_STRETCH): BlockLayout {
  let [quantised, exact] = [0, 0];
  const stretches = stretchesOf(parameters, options, longest).map((stretch) => {
    const rows: number[] = [];
    let from = 0;
    for (const length of stretch.tensors) {
      for (let at = 0; at < length; at += MOMENT_BLOCK) {
        const home = length < LEAST_QUANTISED ? -1 - exact++ : quantised++;
        rows.push(from + at, Math.min(MOMENT_BLOCK, length - at), home);
      }
      from += length;
    }
    return { ...stretch, table: Int32Array.from(rows) };
  });
  return { stretches, quantised, exact };
}
