import type { DropoutMask } from '../compute/kernels';
import type { LoraPair } from './lora';

/** Draws of LoRA dropout in one pass: every pair has its own mask, found again in backward from the same two numbers. */
export interface DropoutSeed {
  readonly seed: number;
  /** Number of the pass since the start of training. */
  readonly pass: number;
}

/** A model has fewer adapted projections than this. */
const MAX_PAIRS = 4096;
/** Elements that one mask may cover. */
const MASK_SPAN = 2 ** 40;

/** The mask of a pair's input in one pass; undefined where it has no dropout. */
export function maskOf({ dropout: p, index }: LoraPair, { seed, pass }: DropoutSeed): DropoutMask | undefined {
  // The seed picks the stream, the pair a stretch of it that no other pair's mask reaches.
  return p > 0 ? { p, seed: seed + pass, offset: (index % MAX_PAIRS) * MASK_SPAN } : undefined;
}
