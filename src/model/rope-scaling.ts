import type { ConfigReader } from './config-reader';

/** How rotary frequencies are stretched for longer contexts. */
export type RopeScaling =
  | { readonly type: 'default' }
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositionEmbeddings: number;
    }
  | {
      readonly type: 'yarn';
      readonly factor: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      readonly truncate: boolean;
      readonly originalMaxPositionEmbeddings: number;
    };

/** The rotary positions of a model. */
export interface Rope {
  readonly theta: number;
  /** Elements of each head that are rotated, its first ones. */
  readonly rotated: number;
  readonly scaling: RopeScaling;
  /** Factor on cos and sin. */
  readonly attentionFactor: number;
}

/** What rotary positions depend on beside their own parameters. */
interface RopeDefaults {
  readonly theta: number;
  readonly headDim: number;
}

/** Where config.json has its rotary parameters: transformers 5 writes rope_parameters, folders made before it have rope_scaling. */
export function ropeParameters(read: ConfigReader): ConfigReader {
  return read.inner(read.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling');
}

/**
 * @param rope the rotary parameters
 * @param read the whole config.json, which older folders have rope_theta and more in
 * @throws SftError invalid-model-config, unsupported-architecture
 */
export function readRope(rope: ConfigReader, read: ConfigReader, defaults: RopeDefaults): Rope {
  const theta = rope.positive('rope_theta', read.positive('rope_theta', defaults.theta));
  const partial = rope.json['partial_rotary_factor'] ?? read.json['partial_rotary_factor'] ?? 1;
  if (partial !== 1) throw read.unsupported('partial_rotary_factor is not supported');
  return { theta, rotated: defaults.headDim, ...readScaling(rope, read) };
}

function readScaling(rope: ConfigReader, read: ConfigReader): Pick<Rope, 'scaling' | 'attentionFactor'> {
  const type = rope.json['rope_type'] ?? rope.json['type'] ?? 'default';
  switch (type) {
    // Dynamic scaling begins behind max_position_embeddings, where no text of ours goes.
    case 'dynamic':
    case 'default':
      return { scaling: { type: 'default' }, attentionFactor: 1 };
    case 'linear':
      return { scaling: { type: 'linear', factor: rope.positive('factor') }, attentionFactor: 1 };
    case 'llama3': {
      const factor = rope.positive('factor');
      const [lowFreqFactor, highFreqFactor] = [
        rope.positive('low_freq_factor', 1),
        rope.positive('high_freq_factor', 4),
      ];
      const originalMaxPositionEmbeddings = rope.count('original_max_position_embeddings', 8192);
      const scaling = { type: 'llama3', factor, lowFreqFactor, highFreqFactor, originalMaxPositionEmbeddings } as const;
      return { scaling, attentionFactor: 1 };
    }
    case 'yarn':
      return readYarn(rope, read);
    default:
      throw rope.unsupported(`RoPE scaling of type ${JSON.stringify(type)} is not supported`);
  }
}

/** Peng et al. 2023. */
function readYarn(rope: ConfigReader, read: ConfigReader): Pick<Rope, 'scaling' | 'attentionFactor'> {
  const key = 'original_max_position_embeddings';
  const context = read.count('max_position_embeddings');
  const original = read.has(key) ? read.count(key) : rope.count(key, context);
  const factor = rope.positive('factor', context / original);
  const growth = (by: number): number => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
  const { mscale, mscale_all_dim: all } = rope.json;
  const inferred =
    mscale && all ? growth(rope.positive('mscale')) / growth(rope.positive('mscale_all_dim')) : growth(1);
  return {
    attentionFactor: rope.positive('attention_factor', inferred),
    scaling: {
      type: 'yarn',
      factor,
      betaFast: rope.positive('beta_fast', 32),
      betaSlow: rope.positive('beta_slow', 1),
      truncate: rope.json['truncate'] !== false,
      originalMaxPositionEmbeddings: original,
    },
  };
}
