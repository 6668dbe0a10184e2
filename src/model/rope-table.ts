import type { Rope, RopeScaling } from './rope-scaling';

const { fround } = Math;

/** Rotary frequencies, fp32 [rotated / 2], rounded to fp32 where transformers rounds (modeling_rope_utils). */
export function ropeFrequencies({ theta, rotated, scaling }: Rope): Float32Array {
  const powers = Float32Array.from({ length: rotated / 2 }, (_, i) => Math.pow(theta, fround((2 * i) / rotated)));
  if (scaling.type === 'yarn') return yarnFrequencies(powers, theta, rotated, scaling);
  if (scaling.type === 'longrope') {
    return powers.map((power, i) => fround(1 / fround(fround(scaling.shortFactors[i]!) * power)));
  }
  return powers.map((power) => scaleFrequency(fround(1 / power), scaling));
}

/** llama3 scaling keeps short waves, divides long ones by `factor` and blends between. */
function scaleFrequency(
  frequency: number,
  scaling: Extract<RopeScaling, { type: 'default' | 'linear' | 'llama3' }>,
): number {
  if (scaling.type === 'default') return frequency;
  if (scaling.type === 'linear') return frequency / scaling.factor;
  const { factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositionEmbeddings: original } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < original / high) return frequency;
  if (wavelength > original / low) return frequency / factor;
  const blend = (original / wavelength - low) / (high - low);
  return ((1 - blend) * frequency) / factor + blend * frequency;
}

/** Keeps frequencies that turn often within the original context, divides those that turn seldom, and goes from one to the other on a ramp. */
function yarnFrequencies(
  powers: Float32Array,
  theta: number,
  rotated: number,
  { factor, betaFast, betaSlow, truncate, originalMaxPositionEmbeddings: original }: RopeScaling & { type: 'yarn' },
): Float32Array {
  /** The dimension that turns so often within the original context. */
  const dimensionOf = (turns: number): number =>
    (rotated * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [fast, slow] = [dimensionOf(betaFast), dimensionOf(betaSlow)];
  const low = Math.max(0, truncate ? Math.floor(fast) : fast);
  const high = Math.min(rotated - 1, truncate ? Math.ceil(slow) : slow);
  // As transformers has it: a ramp needs a width.
  const width = high === low ? 0.001 : high - low;
  return powers.map((power, i) => {
    const divided = fround(Math.min(1, Math.max(0, (i - low) / width)));
    const kept = fround(1 - divided);
    return fround(fround(1 / fround(factor * power)) * fround(1 - kept)) + fround(fround(1 / power) * kept);
  });
}

/** cos and sin, each fp32 [positions, rotated / 2]. */
export function ropeTables(rope: Rope, positions: number): { cos: Float32Array; sin: Float32Array } {
  const frequencies = ropeFrequencies(rope);
  const half = frequencies.length;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = fround(position * frequencies[i]!);
      cos[position * half + i] = Math.cos(angle) * rope.attentionFactor;
      sin[position * half + i] = Math.sin(angle) * rope.attentionFactor;
    }
  }
  return { cos, sin };
}
