import { SftError } from '../../base/errors';
import type { LlamaConfig } from '../../model/llama-config';
import type { RopeScaling } from '../../model/rope-scaling';
import type { MetadataValue } from './gguf-format';

interface ArchitectureFacts {
  /** `general.architecture`, which stands before the keys of its numbers too. */
  readonly name: string;
  /** Whether llama.cpp turns neighbours of q and k, so that their rows have another order than Hugging Face's. */
  readonly interleaved: boolean;
  /** Whether it reads a bias on o, and one on q, k and v where a model need not have it. */
  readonly freeBiases: boolean;
  /** Whether it reads factors for the frequencies of RoPE. */
  readonly ropeFactors: boolean;
}

const LLAMA: ArchitectureFacts = { name: 'llama', interleaved: true, freeBiases: true, ropeFactors: true };

/** By the name that transformers has. */
const ARCHITECTURES: Readonly<Record<string, ArchitectureFacts>> = {
  LlamaForCausalLM: LLAMA,
  MistralForCausalLM: LLAMA,
  Qwen2ForCausalLM: { name: 'qwen2', interleaved: false, freeBiases: false, ropeFactors: false },
  Qwen3ForCausalLM: { name: 'qwen3', interleaved: false, freeBiases: false, ropeFactors: false },
};

/**
 * How llama.cpp knows a model.
 * @throws SftError export-impossible where it computes something else for it
 */
export function architectureOf(config: LlamaConfig): ArchitectureFacts {
  const { architecture } = config;
  const facts = ARCHITECTURES[architecture];
  if (facts === undefined) throw impossible(`no GGUF form of ${architecture} is known here`);
  const freeBias = config.outputBias || (config.qkvBias && architecture !== 'Qwen2ForCausalLM');
  if (freeBias && !facts.freeBiases) throw impossible(`llama.cpp reads no attention_bias of ${architecture}`);
  if (config.rope.scaling.type === 'yarn') throw impossible('RoPE scaling of type yarn is not written as GGUF');
  if (config.rope.scaling.type === 'llama3' && !facts.ropeFactors)
    throw impossible(`llama.cpp reads no RoPE scaling of type llama3 for ${architecture}`);
  return facts;
}

function impossible(reason: string): SftError {
  return new SftError('export-impossible', reason, { remedy: 'take --to merged, which transformers loads' });
}

/**
 * The numbers of a model, under the keys of its architecture. llama.cpp has no sliding window for these architectures: the context that is
 * named ends where the window would first leave something out.
 */
export function hyperparameters(config: LlamaConfig): readonly (readonly [string, MetadataValue])[] {
  const { name } = architectureOf(config);
  const { scaling } = config.rope;
  const whole = (key: string, value: number): [string, MetadataValue] => [`${name}.${key}`, { type: 'u32', value }];
  const real = (key: string, value: number): [string, MetadataValue] => [`${name}.${key}`, { type: 'f32', value }];
  return [
    whole('vocab_size', config.vocabSize),
    whole('context_length', contextLength(config)),
    whole('embedding_length', config.hiddenSize),
    whole('block_count', config.layers),
    whole('feed_forward_length', config.intermediateSize),
    whole('attention.head_count', config.heads),
    whole('attention.head_count_kv', config.kvHeads),
    whole('attention.key_length', config.headDim),
    whole('attention.value_length', config.headDim),
    real('attention.layer_norm_rms_epsilon', config.rmsNormEps),
    whole('rope.dimension_count', config.headDim),
    real('rope.freq_base', config.rope.theta),
    ...(scaling.type === 'linear'
      ? [
          [`${name}.rope.scaling.type`, { type: 'string', value: 'linear' }] as const,
          real('rope.scaling.factor', scaling.factor),
        ]
      : []),
    // llama.cpp takes it as a tensor of factors (rope_freqs.weight); this is for our own reader.
    ...(scaling.type === 'llama3'
      ? [['sft.rope_scaling', { type: 'string', value: ropeParameters(scaling) }] as const]
      : []),
  ];
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

export function contextLength({ maxPositionEmbeddings, windows }: LlamaConfig): number {
  return Math.min(maxPositionEmbeddings, ...windows.filter((window) => window > 0));
}
