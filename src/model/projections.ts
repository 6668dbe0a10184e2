import { PROJECTIONS } from '../config/config-schema';
import type { LlamaConfig } from './llama-config';

export type ProjectionName = (typeof PROJECTIONS)[number];

/** Output and input width of a projection. */
export function projectionShape(config: LlamaConfig, name: ProjectionName): { out: number; in: number } {
  const queries = config.heads * config.headDim;
  const keys = config.kvHeads * config.headDim;
  switch (name) {
    case 'q_proj':
      return { out: queries, in: config.hiddenSize };
    case 'k_proj':
    case 'v_proj':
      return { out: keys, in: config.hiddenSize };
    case 'o_proj':
      return { out: config.hiddenSize, in: queries };
    case 'gate_proj':
    case 'up_proj':
      return { out: config.intermediateSize, in: config.hiddenSize };
    case 'down_proj':
      return { out: config.hiddenSize, in: config.intermediateSize };
  }
}

/** The name of a projection inside its layer: `self_attn.q_proj`, `mlp.up_proj`. */
export function projectionPath(name: ProjectionName): string {
  return `${name === 'q_proj' || name === 'k_proj' || name === 'v_proj' || name === 'o_proj' ? 'self_attn' : 'mlp'}.${name}`;
}

/** Whether a projection adds a bias. */
export function hasBias(config: LlamaConfig, name: ProjectionName): boolean {
  if (name === 'q_proj' || name === 'k_proj' || name === 'v_proj') return config.qkvBias;
  return name === 'o_proj' && config.outputBias;
}

/** What a norm of q and one of k goes over: the width of a head, or of all heads. */
export function qkNormDims({ qkNorm, heads, kvHeads, headDim }: LlamaConfig): { queries: number; keys: number } {
  return qkNorm === 'whole'
    ? { queries: heads * headDim, keys: kvHeads * headDim }
    : { queries: headDim, keys: headDim };
}
