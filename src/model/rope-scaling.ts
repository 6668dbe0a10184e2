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
      readonly type: 'longrope';
      /** What each frequency is divided by: in texts of up to the original length, and in longer ones, which are refused here. */
      readonly shortFactors: readonly number[];
      readonly longFactors: readonly number[];
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
  /** Whether the family can rotate a part of each head. */
  readonly partial?: boolean | undefined;
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
  if (typeof partial !== 'number' || partial <= 0 || partial > 1) {
    throw read.invalid(`partial_rotary_factor is ${JSON.stringify(partial)}, not above 0 and at most 1`);
  }
  if (partial !== 1 && defaults.partial !== true) throw read.unsupported('partial_rotary_factor is not supported');
  const rotated = Math.floor(defaults.headDim * partial);
  if (rotated % 2 !== 0 || rotated === 0) throw read.invalid(`partial_rotary_factor rotates ${rotated} elements`);
  return { theta, rotated, ...readScaling(rope, read, rotated) };
}

type Scaled = Pick<Rope, 'scaling' | 'attentionFactor'>;

function readScaling(rope: ConfigReader, read: ConfigReader, rotated: number): Scaled {
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
    case 'longrope':
    // As the first Phi-3 folders name it.
    case 'su':
      return readLongRope(rope, read, rotated);
    case 'yarn':
      return readYarn(rope, read);
    default:
      throw rope.unsupported(`RoPE scaling of type ${JSON.stringify(type)} is not supported`);
  }
}

/** Ding et al. 2024. */
function readLongRope(rope: ConfigReader, read: ConfigReader, rotated: number): Scaled {
  const { context, original } = lengthsOf(rope, read);
  const factors = (key: string): readonly number[] => {
    const isFactor = (value: unknown): value is number => typeof value === 'number' && value > 0;
    const list = rope.list(key, rotated / 2, isFactor);
    if (list === undefined) throw rope.invalid(`${key} is missing`);
    return list;
  };
  const factor = rope.positive('factor', context / original);
  const inferred = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  return {
    attentionFactor: rope.positive('attention_factor', inferred),
    scaling: {
      type: 'longrope',
      shortFactors: factors('short_factor'),
      longFactors: factors('long_factor'),
      originalMaxPositionEmbeddings: original,
    },
  };
}

/** The positions that a model was made for, and those that it was first trained with. */
function lengthsOf(rope: ConfigReader, read: ConfigReader): { context: number; original: number } {
  const key = 'original_max_position_embeddings';
  const context = read.count('max_position_embeddings');
  return { context, original: read.has(key) ? read.count(key) : rope.count(key, context) };
}

/** Peng et al. 2023. */
function readYarn(rope: ConfigReader, read: ConfigReader): Scaled {
  const { context, original } = lengthsOf(rope, read);
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
