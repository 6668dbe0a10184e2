import { SftError } from '../../base/errors';
import type { LlamaConfig } from '../../model/llama-config';
import type { RopeScaling } from '../../model/rope-scaling';
import { ARCHITECTURES, type Architecture } from '../../model/gguf/architectures';
import type { MetadataValue } from '../../base/gguf/gguf-format';
import { exportImpossible } from '../export-impossible';

type Entry = readonly [string, MetadataValue];

/**
 * How llama.cpp knows a model.
 * @throws SftError export-impossible where it computes something else for it
 */
export function architectureOf(config: LlamaConfig): Architecture {
  const { architecture } = config;
  const facts = ARCHITECTURES[architecture];
  if (facts === undefined) throw impossible(`${architecture} cannot be written as GGUF`);
  const freeBias = config.outputBias || (config.qkvBias && facts.qkvBias !== true);
  if (freeBias && facts.freeBiases !== true)
    throw impossible(`llama.cpp does not support attention_bias in ${architecture}`);
  const { scaling } = config.rope;
  if (scaling.type !== 'default' && scaling.type !== 'linear' && !facts.scalings.includes(scaling.type))
    throw impossible(`llama.cpp does not support RoPE scaling of type ${scaling.type} for ${architecture}`);
  if (scaling.type === 'yarn' && (!scaling.truncate || !hasUsualFactor(config.rope.attentionFactor, scaling.factor)))
    throw impossible('llama.cpp has one form of RoPE scaling of type yarn: this one has keys that change it');
  const unlike = facts.unlike?.(config);
  if (unlike !== undefined) throw impossible(`llama.cpp takes ${unlike}: this model is not so`);
  return facts;
}

/** The factor on cos and sin that llama.cpp computes by itself. */
function hasUsualFactor(attentionFactor: number, factor: number): boolean {
  return Math.abs(attentionFactor - (1 + 0.1 * Math.log(factor))) < 1e-6;
}

function impossible(reason: string): SftError {
  return exportImpossible(reason, 'use --to merged, which transformers loads');
}

/** The numbers of a model, under the keys of its architecture. */
export function hyperparameters(config: LlamaConfig): readonly Entry[] {
  const { name, wholes, numbers } = architectureOf(config);
  const whole = ([key, value]: readonly [string, number]): Entry => [`${name}.${key}`, { type: 'u32', value }];
  const real = ([key, value]: readonly [string, number]): Entry => [`${name}.${key}`, { type: 'f32', value }];
  const common: Readonly<Record<string, number>> = {
    vocab_size: config.vocabSize,
    context_length: contextLength(config),
    embedding_length: config.hiddenSize,
    block_count: config.layers,
    feed_forward_length: config.intermediateSize,
    'attention.head_count': config.heads,
    'attention.head_count_kv': config.kvHeads,
    'attention.key_length': config.headDim,
    'attention.value_length': config.headDim,
    'rope.dimension_count': config.rope.rotated,
  };
  const commonReal: Readonly<Record<string, number>> = {
    'attention.layer_norm_rms_epsilon': config.rmsNormEps,
    'rope.freq_base': config.rope.theta,
  };
  const scaled = scalingKeys(config.rope.scaling, config.rope.attentionFactor);
  return [
    ...Object.entries({ ...common, ...wholes?.(config), ...scaled.wholes }).map(whole),
    ...Object.entries({ ...commonReal, ...numbers?.(config), ...scaled.numbers }).map(real),
    ...(scaled.type === undefined
      ? []
      : [[`${name}.rope.scaling.type`, { type: 'string', value: scaled.type }] as const]),
    // llama.cpp takes it as a tensor of factors (rope_freqs.weight); this is for our own reader.
    ...(config.rope.scaling.type === 'llama3'
      ? [['sft.rope_scaling', { type: 'string', value: ropeParameters(config.rope.scaling) }] as const]
      : []),
  ];
}

interface ScalingKeys {
  readonly type?: string;
  readonly wholes?: Readonly<Record<string, number>>;
  readonly numbers?: Readonly<Record<string, number>>;
}

/** What is said of RoPE's scaling beside its tensors of factors. */
function scalingKeys(scaling: RopeScaling, attentionFactor: number): ScalingKeys {
  switch (scaling.type) {
    case 'default':
    case 'llama3':
      return {};
    case 'linear':
      return { type: 'linear', numbers: { 'rope.scaling.factor': scaling.factor } };
    case 'yarn': {
      const { factor, betaFast, betaSlow, originalMaxPositionEmbeddings: original } = scaling;
      const betas = { 'rope.scaling.yarn_beta_fast': betaFast, 'rope.scaling.yarn_beta_slow': betaSlow };
      return {
        type: 'yarn',
        wholes: { 'rope.scaling.original_context_length': original },
        numbers: { 'rope.scaling.factor': factor, ...betas },
      };
    }
    case 'longrope':
      return {
        type: 'longrope',
        wholes: { 'rope.scaling.original_context_length': scaling.originalMaxPositionEmbeddings },
        numbers: { 'rope.scaling.attn_factor': attentionFactor },
      };
  }
}

/** As config.json writes them. */
function ropeParameters(scaling: Extract<RopeScaling, { type: 'llama3' }>): string {
  return JSON.stringify({
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFreqFactor,
    high_freq_factor: scaling.highFreqFactor,
    original_max_position_embeddings: scaling.originalMaxPositionEmbeddings,
  });
}

/**
 * The positions that llama.cpp can be asked for: where it has no sliding window, those that the window leaves whole; with RoPE of type
 * longrope, the original ones, since for more it takes the long factors at every position.
 */
export function contextLength({
  architecture,
  maxPositionEmbeddings,
  windows,
  rope: { scaling },
}: LlamaConfig): number {
  const window = ARCHITECTURES[architecture]?.windows === true ? [] : windows.filter((size) => size > 0);
  const original = scaling.type === 'longrope' ? [scaling.originalMaxPositionEmbeddings] : [];
  return Math.min(maxPositionEmbeddings, ...window, ...original);
}
