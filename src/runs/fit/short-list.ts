import type { JsonObject } from '../../base/fetched-file';

/** A model to begin with, as far as it is known before it is here. */
export interface ListedModel {
  readonly repo: string;
  readonly licence: string;
  /** One line on what it is good for. */
  readonly detail: string;
  /** What its config.json says of its shape. */
  readonly shape: JsonObject;
}

const SMOLLM: JsonObject = {
  architectures: ['LlamaForCausalLM'],
  vocab_size: 49_152,
  max_position_embeddings: 8192,
  tie_word_embeddings: true,
};
const QWEN: JsonObject = { vocab_size: 151_936, max_position_embeddings: 32_768, tie_word_embeddings: true };

/** Smallest first, of families that are trained here, whose licences allow use without a person's consent. */
export const SHORT_LIST: readonly ListedModel[] = [
  {
    repo: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    licence: 'Apache 2.0',
    detail: 'a first real model',
    shape: {
      ...SMOLLM,
      hidden_size: 576,
      intermediate_size: 1536,
      num_hidden_layers: 30,
      num_attention_heads: 9,
      num_key_value_heads: 3,
    },
  },
  {
    repo: 'HuggingFaceTB/SmolLM2-360M-Instruct',
    licence: 'Apache 2.0',
    detail: 'better English',
    shape: {
      ...SMOLLM,
      hidden_size: 960,
      intermediate_size: 2560,
      num_hidden_layers: 32,
      num_attention_heads: 15,
      num_key_value_heads: 5,
    },
  },
  {
    repo: 'Qwen/Qwen2.5-0.5B-Instruct',
    licence: 'Apache 2.0',
    detail: 'many languages',
    shape: {
      ...QWEN,
      architectures: ['Qwen2ForCausalLM'],
      hidden_size: 896,
      intermediate_size: 4864,
      num_hidden_layers: 24,
      num_attention_heads: 14,
      num_key_value_heads: 2,
    },
  },
  {
    repo: 'Qwen/Qwen3-0.6B',
    licence: 'Apache 2.0',
    detail: 'many languages, can think before it answers',
    shape: {
      ...QWEN,
      architectures: ['Qwen3ForCausalLM'],
      hidden_size: 1024,
      intermediate_size: 3072,
      num_hidden_layers: 28,
      num_attention_heads: 16,
      num_key_value_heads: 8,
      head_dim: 128,
    },
  },
  {
    repo: 'Qwen/Qwen2.5-1.5B-Instruct',
    licence: 'Apache 2.0',
    detail: 'many languages, slow on a processor',
    shape: {
      ...QWEN,
      architectures: ['Qwen2ForCausalLM'],
      hidden_size: 1536,
      intermediate_size: 8960,
      num_hidden_layers: 28,
      num_attention_heads: 12,
      num_key_value_heads: 2,
    },
  },
  {
    repo: 'HuggingFaceTB/SmolLM2-1.7B-Instruct',
    licence: 'Apache 2.0',
    detail: 'good English, slow on a processor',
    shape: {
      ...SMOLLM,
      hidden_size: 2048,
      intermediate_size: 8192,
      num_hidden_layers: 24,
      num_attention_heads: 32,
      num_key_value_heads: 32,
    },
  },
  {
    repo: 'Qwen/Qwen2.5-7B-Instruct',
    licence: 'Apache 2.0',
    detail: 'knows a lot, if you have the memory and the time',
    shape: {
      ...QWEN,
      architectures: ['Qwen2ForCausalLM'],
      vocab_size: 152_064,
      tie_word_embeddings: false,
      hidden_size: 3584,
      intermediate_size: 18_944,
      num_hidden_layers: 28,
      num_attention_heads: 28,
      num_key_value_heads: 4,
    },
  },
];
