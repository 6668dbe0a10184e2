import { PROJECTIONS } from '../config/config-schema';
import { countTargets, type TokenSequence } from './batch';
import type { LlamaConfig } from './llama-config';
import type { PassPlan } from './passes';
import type { ProjectionName } from './modules';
import { projectionShape } from './projections';

/**
 * The multiplications of the forward pass over a plan's passes: what a beginning that is alike saves is not in it. Backward makes so many
 * times more of each, so that seconds are told from seconds of other passes of the same kind. Sliding windows are counted as if they held all.
 */
export function workOf(config: LlamaConfig, { prefix, groups }: PassPlan<TokenSequence>): number {
  const { layers, heads, headDim, hiddenSize, vocabSize } = config;
  const sequences = groups.flat();
  const held = sequences.length === 0 ? 0 : prefix.length;
  const rows = held + sum(sequences.map(({ ids }) => ids.length - held));
  const targets = sum(sequences.map(countTargets));
  const keys = pairs(held) + sum(sequences.map(({ ids }) => pairs(ids.length) - pairs(held)));
  // Of the last layer, rows without a target need their keys and values alone.
  const last = layerWork(config, PROJECTIONS) - layerWork(config, ['q_proj', 'k_proj', 'v_proj']);
  return (
    rows * layers * layerWork(config, PROJECTIONS) -
    Math.max(0, rows - targets) * last +
    2 * keys * layers * heads * headDim +
    targets * hiddenSize * vocabSize
  );
}

/** The multiplications of one more token of an answer, but for those with the tokens before it. */
export function workOfToken(config: LlamaConfig): number {
  return config.layers * layerWork(config, PROJECTIONS) + config.hiddenSize * config.vocabSize;
}

function layerWork(config: LlamaConfig, names: readonly ProjectionName[]): number {
  return sum(
    names.map((name) => {
      const { in: width, out } = projectionShape(config, name);
      return width * out;
    }),
  );
}

/** How many keys the tokens of a sequence see together. */
function pairs(tokens: number): number {
  return (tokens * (tokens + 1)) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
