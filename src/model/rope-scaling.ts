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
    };

/** The rotary positions of a model. */
export interface Rope {
  readonly theta: number;
  readonly scaling: RopeScaling;
}

/**
 * What config.json says of rotary positions. transformers 5 writes rope_parameters; folders made before it have rope_theta and rope_scaling.
 * @throws SftError invalid-model-config, unsupported-architecture
 */
export function readRope(read: ConfigReader, defaultTheta: number): Rope {
  const rope = read.inner(read.has('rope_parameters') ? 'rope_parameters' : 'rope_scaling');
  const theta = rope.positive('rope_theta', read.positive('rope_theta', defaultTheta));
  const partial = rope.json['partial_rotary_factor'] ?? read.json['partial_rotary_factor'] ?? 1;
  if (partial !== 1) throw read.unsupported('partial_rotary_factor is not supported');
  return { theta, scaling: readScaling(rope) };
}

function readScaling(rope: ConfigReader): RopeScaling {
  const type = rope.json['rope_type'] ?? rope.json['type'] ?? 'default';
  switch (type) {
    case 'default':
      return { type: 'default' };
    case 'linear':
      return { type: 'linear', factor: rope.positive('factor') };
    case 'llama3':
      return {
        type: 'llama3',
        factor: rope.positive('factor'),
        lowFreqFactor: rope.positive('low_freq_factor', 1),
        highFreqFactor: rope.positive('high_freq_factor', 4),
        originalMaxPositionEmbeddings: rope.count('original_max_position_embeddings', 8192),
      };
    default:
      throw rope.unsupported(`RoPE scaling of type ${JSON.stringify(type)} is not supported`);
  }
}
