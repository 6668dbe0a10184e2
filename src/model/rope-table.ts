import type { Rope, RopeScaling } from './rope-scaling';

/**
 * Rotary frequencies, fp32 [headDim / 2], rounded to fp32 where transformers rounds (modeling_rope_utils).
 * llama3 scaling keeps short waves, divides long ones by `factor` and blends between.
 */
function ropeFrequencies(headDim: number, { theta, scaling }: Rope): Float32Array {
  const frequencies = new Float32Array(headDim / 2);
  for (let i = 0; i < frequencies.length; i++) {
    const frequency = Math.fround(1 / Math.fround(Math.pow(theta, Math.fround((2 * i) / headDim))));
    frequencies[i] = scaleFrequency(frequency, scaling);
  }
  return frequencies;
}

function scaleFrequency(frequency: number, scaling: RopeScaling): number {
  if (scaling.type === 'default') return frequency;
  if (scaling.type === 'linear') return frequency / scaling.factor;
  const { factor, lowFreqFactor: low, highFreqFactor: high, originalMaxPositionEmbeddings: original } = scaling;
  const wavelength = (2 * Math.PI) / frequency;
  if (wavelength < original / high) return frequency;
  if (wavelength > original / low) return frequency / factor;
  const blend = (original / wavelength - low) / (high - low);
  return ((1 - blend) * frequency) / factor + blend * frequency;
}

/** cos and sin, each fp32 [positions, headDim / 2]. */
export function ropeTables(headDim: number, rope: Rope, positions: number): { cos: Float32Array; sin: Float32Array } {
  const frequencies = ropeFrequencies(headDim, rope);
  const half = frequencies.length;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = Math.fround(position * frequencies[i]!);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
