import type { DropoutMask } from '../compute/kernels';
import type { PlacedDelta } from './tuning';

/** Draws of dropout before adapters in one pass: every delta has its own mask, found again in backward from the same two numbers. */
export interface DropoutSeed {
  readonly seed: number;
  /** Number of the pass since the start of training. */
  readonly pass: number;
}

/** A model has fewer adapted projections than this. */
const MAX_DELTAS = 4096;
/** Elements that one mask may cover. */
const MASK_SPAN = 2 ** 40;

/** Where noise on the input is drawn from: beyond all masks of the same seed. */
export const NOISE_OFFSET = MAX_DELTAS * MASK_SPAN;

/** The mask of a delta's input in one pass; undefined where it has no dropout. */
export function maskOf({ dropout: p, index }: PlacedDelta, { seed, pass }: DropoutSeed): DropoutMask | undefined {
  // The seed picks the stream, the delta a stretch of it that no other's mask reaches.
  return p > 0 ? { p, seed: seed + pass, offset: (index % MAX_DELTAS) * MASK_SPAN } : undefined;
}
