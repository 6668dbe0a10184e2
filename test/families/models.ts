import type { TokenizerChoice } from './tiny-model';

const QWEN: TokenizerChoice = { tokenizer: 'tokenizers/qwen', template: 'qwen2.5', eos: [462, 460] };
const LLAMA_3: TokenizerChoice = { tokenizer: 'tokenizers/llama-3', template: 'llama-3', eos: [464, 461] };

export const SHAPE = {
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
};

const LONGROPE = {
  type: 'longrope',
  short_factor: [1, 1.05, 1.2, 1.4, 1.7, 2],
  long_factor: [1, 1.3, 2.5, 4, 9, 16],
};

interface FamilyModel {
  /** Of config.json. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: TokenizerChoice;
  /** Matrices of a layer. */
  readonly matrices: number;
}

/** Models of the families, and what of each a run must carry through. */
export const MODELS: Readonly<Record<string, FamilyModel>> = {
  granite: {
    json: {
      ...SHAPE,
      architectures: ['GraniteForCausalLM'],
      embedding_multiplier: 6,
      attention_multiplier: 0.125,
      residual_multiplier: 0.6,
      logits_scaling: 4,
    },
    text: QWEN,
    matrices: 7,
  },
  smollm3: {
    json: { ...SHAPE, architectures: ['SmolLM3ForCausalLM'], tie_word_embeddings: true, rope_theta: 2_000_000 },
    text: LLAMA_3,
    matrices: 7,
  },
  olmo2: { json: { ...SHAPE, architectures: ['Olmo2ForCausalLM'] }, text: QWEN, matrices: 7 },
  gemma3: {
    json: {
      ...SHAPE,
      architectures: ['Gemma3ForCausalLM'],
      num_hidden_layers: 7,
      head_dim: 16,
      query_pre_attn_scalar: 16,
      rope_theta: 1_000_000,
      rope_local_base_freq: 10_000,
      rope_scaling: { rope_type: 'linear', factor: 8 },
      sliding_window: 9,
    },
    text: QWEN,
    matrices: 7,
  },
  'gemma3 within a multimodal model': {
    json: {
      architectures: ['Gemma3ForConditionalGeneration'],
      model_type: 'gemma3',
      text_config: { ...SHAPE, num_hidden_layers: 2, head_dim: 16, query_pre_attn_scalar: 16, sliding_window: 9 },
      vision_config: {},
    },
    text: QWEN,
    matrices: 7,
  },
  'phi-3': {
    json: { ...SHAPE, architectures: ['Phi3ForCausalLM'], sliding_window: 400 },
    text: QWEN,
    matrices: 4,
  },
  'phi-4-mini': {
    json: {
      ...SHAPE,
      architectures: ['Phi3ForCausalLM'],
      partial_rotary_factor: 0.75,
      tie_word_embeddings: true,
      max_position_embeddings: 2048,
      original_max_position_embeddings: 512,
      rope_scaling: LONGROPE,
    },
    text: QWEN,
    matrices: 4,
  },
  'llama with yarn': {
    json: {
      ...SHAPE,
      architectures: ['LlamaForCausalLM'],
      rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 128, beta_fast: 24 },
    },
    text: LLAMA_3,
    matrices: 7,
  },
};
