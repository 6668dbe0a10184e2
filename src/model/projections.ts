import type { LlamaConfig } from './llama-config';
import { partsOf, type ModuleName, type ProjectionName } from './modules';

/** Output and input width of a matrix. */
export function moduleShape(config: LlamaConfig, name: ModuleName): { out: number; in: number } {
  const shapes = partsOf(name).map((part) => projectionShape(config, part));
  return { out: shapes.reduce((sum, { out }) => sum + out, 0), in: shapes[0]!.in };
}

/** A projection within its matrix. */
export interface MatrixPart {
  readonly name: ProjectionName;
  readonly from: number;
  /** Rows. */
  readonly count: number;
}

/** Where the projections of a matrix lie in it. */
export function rowsOfParts(config: LlamaConfig, module: ModuleName): readonly MatrixPart[] {
  let row = 0;
  return partsOf(module).map((name) => {
    const { out: count } = projectionShape(config, name);
    row += count;
    return { name, from: row - count, count };
  });
}

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

const IN_ATTENTION: readonly ModuleName[] = ['q_proj', 'k_proj', 'v_proj', 'qkv_proj', 'o_proj'];

/** The name of a matrix inside its layer: `self_attn.q_proj`, `mlp.up_proj`. */
export function modulePath(name: ModuleName): string {
  return `${IN_ATTENTION.includes(name) ? 'self_attn' : 'mlp'}.${name}`;
}

/** Whether a matrix has a bias beside it. */
export function hasBias(config: LlamaConfig, name: ModuleName): boolean {
  if (name === 'o_proj') return config.outputBias;
  return IN_ATTENTION.includes(name) && config.qkvBias;
}

/** What a norm of q and one of k goes over: the width of a head, or of all heads. */
export function qkNormDims({ qkNorm, heads, kvHeads, headDim }: LlamaConfig): { queries: number; keys: number } {
  return qkNorm === 'whole'
    ? { queries: heads * headDim, keys: kvHeads * headDim }
    : { queries: headDim, keys: headDim };
}
