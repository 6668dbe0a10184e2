import type { DeviceBuffer } from '../compute/memory';
import type { Recorder } from '../compute/recorder';
import type { PackedBatch } from './batch';
import { NOISE_OFFSET } from './dropout';

/** Noise on the token embeddings in training (NEFTune, Jain et al. 2023). */
export interface InputNoise {
  readonly alpha: number;
  readonly seed: number;
  /** Of each sequence of a batch, which of all noises of the run it draws. */
  readonly draws: readonly number[];
}

/** Whether a configuration trains with noise on the input. */
export function isNoisy({ neftune_noise_alpha: alpha }: { readonly neftune_noise_alpha?: number | null }): boolean {
  return (alpha ?? 0) > 0;
}

/**
 * Adds to the embeddings x [tokens, C] of each sequence of T tokens what is uniform within ±alpha / sqrt(T C). Each sequence draws its own,
 * which does not depend on how a window is cut into passes.
 */
export function addInputNoise(
  r: Recorder,
  x: DeviceBuffer,
  cols: number,
  { own }: Pick<PackedBatch, 'own'>,
  { alpha, seed, draws }: InputNoise,
): void {
  own.forEach(({ from, to }, i) => {
    const length = (to - from) * cols;
    const magnitude = alpha / Math.sqrt(length);
    r.addNoise(x.slice(from * cols, length), { magnitude, seed: seed + draws[i]!, offset: NOISE_OFFSET });
  });
}
