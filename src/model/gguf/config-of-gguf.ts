import { closeSync, openSync } from 'node:fs';
import type { JsonObject } from '../../base/fetched-file';
import { GgufValues } from '../../base/gguf/gguf-values';
import { readGguf, type GgufFile } from '../../base/gguf/read-gguf';
import { readBytes } from '../../base/safetensors';

/** How the numbers of an architecture of llama.cpp stand in config.json. */
interface Reading {
  /** As transformers names it. */
  readonly architecture: string;
  /** Keys of its own; `number` takes the keys after the architecture's name. */
  readonly own?: (number: (key: string) => number) => JsonObject;
}

/** By `general.architecture`. */
const READINGS: Readonly<Record<string, Reading>> = {
  llama: { architecture: 'LlamaForCausalLM' },
  qwen2: { architecture: 'Qwen2ForCausalLM' },
  qwen3: { architecture: 'Qwen3ForCausalLM' },
  granite: {
    architecture: 'GraniteForCausalLM',
    own: (number) => ({
      embedding_multiplier: shortest(number('embedding_scale')),
      attention_multiplier: shortest(number('attention.scale')),
      residual_multiplier: shortest(number('residual_scale')),
      logits_scaling: shortest(number('logit_scale')),
    }),
  },
  smollm3: { architecture: 'SmolLM3ForCausalLM' },
  olmo2: { architecture: 'Olmo2ForCausalLM' },
  gemma3: {
    architecture: 'Gemma3ForCausalLM',
    own: (number) => {
      const [layers, width] = [number('block_count'), number('embedding_length')];
      // Gemma 3 27B alone has another factor: llama.cpp knows it by its layers.
      const scalar = layers === 62 ? width / number('attention.head_count') : number('attention.key_length');
      return {
        sliding_window: number('attention.sliding_window'),
        query_pre_attn_scalar: scalar,
        rope_local_base_freq: 10_000,
      };
    },
  },
  phi3: {
    architecture: 'Phi3ForCausalLM',
    own: (number) => ({ partial_rotary_factor: number('rope.dimension_count') / number('attention.key_length') }),
  },
};

/**
 * What config.json would say, from a GGUF file that this program wrote.
 * @throws SftError corrupt-gguf, unreadable-file
 */
export function configOfGguf(file: string): JsonObject {
  const gguf = readGguf(file);
  const values = new GgufValues(gguf);
  const name = values.text('general.architecture');
  const reading = READINGS[name];
  if (reading === undefined)
    throw values.refuse(`models of the architecture ${JSON.stringify(name)} are not supported`);
  const number = (key: string): number => values.number(`${name}.${key}`);
  return {
    architectures: [reading.architecture],
    vocab_size: number('vocab_size'),
    hidden_size: number('embedding_length'),
    intermediate_size: number('feed_forward_length'),
    num_hidden_layers: number('block_count'),
    num_attention_heads: number('attention.head_count'),
    num_key_value_heads: number('attention.head_count_kv'),
    head_dim: number('attention.key_length'),
    rms_norm_eps: shortest(number('attention.layer_norm_rms_epsilon')),
    rope_theta: number('rope.freq_base'),
    max_position_embeddings: number('context_length'),
    attention_bias: gguf.tensors.has('blk.0.attn_output.bias'),
    tie_word_embeddings: !gguf.tensors.has('output.weight'),
    ...reading.own?.(number),
    ...scalingOf(gguf, values, name),
  };
}

/** `rope_scaling`, where there is one. */
function scalingOf(gguf: GgufFile, values: GgufValues, name: string): JsonObject {
  const number = (key: string): number => values.number(`${name}.rope.scaling.${key}`);
  const llama3 = values.maybe('sft.rope_scaling');
  if (typeof llama3 === 'string') return { rope_scaling: parsed(llama3, values) };
  if (gguf.tensors.has('rope_freqs.weight')) throw values.refuse('its factors on RoPE come from another program');
  const type = values.maybe(`${name}.rope.scaling.type`);
  if (type === undefined || type === 'none') return {};
  const shared = { rope_type: type };
  switch (type) {
    case 'linear':
      return { rope_scaling: { ...shared, factor: shortest(number('factor')) } };
    case 'yarn':
      return {
        rope_scaling: {
          ...shared,
          factor: shortest(number('factor')),
          beta_fast: shortest(number('yarn_beta_fast')),
          beta_slow: shortest(number('yarn_beta_slow')),
          original_max_position_embeddings: number('original_context_length'),
        },
      };
    case 'longrope':
      return {
        rope_scaling: {
          ...shared,
          attention_factor: number('attn_factor'),
          short_factor: vector(gguf, values, 'rope_factors_short.weight'),
          long_factor: vector(gguf, values, 'rope_factors_long.weight'),
          original_max_position_embeddings: number('original_context_length'),
        },
      };
    default:
      throw values.refuse(`RoPE scaling of type ${JSON.stringify(type)} is not supported`);
  }
}

function parsed(json: string, values: GgufValues): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw values.refuse('its sft.rope_scaling is not JSON');
  }
}

function vector({ file, tensors }: GgufFile, values: GgufValues, name: string): number[] {
  const tensor = tensors.get(name);
  if (tensor?.type !== 'f32') throw values.refuse(`it has no ${name} in fp32`);
  const fd = openSync(file, 'r');
  try {
    return [...new Float32Array(readBytes(fd, tensor.offset, tensor.bytes, file).buffer)];
  } finally {
    closeSync(fd);
  }
}

/** The decimal number that a person wrote for an fp32 one. */
function shortest(value: number): number {
  return Number(value.toPrecision(7));
}
