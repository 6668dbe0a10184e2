import type { JsonSchema } from '../base/json-schema';

/** The projections of a Llama block that LoRA can be put on, in the order data flows through them. */
export const PROJECTIONS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;

/** The projections that some families keep as one matrix, one below the other. */
export const FUSED_PARTS = {
  qkv_proj: ['q_proj', 'k_proj', 'v_proj'],
  gate_up_proj: ['gate_proj', 'up_proj'],
} as const;

/** The matrices of a layer that an adapter can sit on: some of these, by the family. */
export const MODULES = [...PROJECTIONS, 'qkv_proj', 'gate_up_proj'] as const;

/** The keys of sft.config.json that say what an adapter is, under PEFT's names. */
export const LORA_SCHEMA = {
  lora_r: {
    description:
      'The rank of LoRA: in how many directions each adapted matrix can change. 8 to 16 for a first try, 32 to 64 where there is much to learn; more needs more memory and data.',
    type: 'integer',
    minimum: 1,
    maximum: 4096,
    default: 16,
    examples: [8, 16, 32, 64],
  },
  lora_alpha: {
    description:
      'How strongly the adapter acts: its output is multiplied by lora_alpha / lora_r. Equal to lora_r (a factor of 1) is a sound start.',
    type: 'number',
    exclusiveMinimum: 0,
    default: 16,
    examples: [16, 32],
  },
  lora_dropout: {
    description:
      'The share of the adapter inputs that is set to zero at random in each step, so that it does not memorise examples. 0 is fastest; try 0.05 when the validation loss rises while the training loss falls.',
    type: 'number',
    minimum: 0,
    exclusiveMaximum: 1,
    default: 0,
    examples: [0, 0.05, 0.1],
  },
  use_rslora: {
    description:
      'Scale the adapter by lora_alpha / sqrt(lora_r) instead (rank-stabilised LoRA), which keeps high ranks (64 and more) learning.',
    type: 'boolean',
    default: false,
    examples: [false],
  },
  use_dora: {
    description:
      'DoRA: each adapted matrix also learns the length of each of its rows, apart from their direction. Often a little better at small ranks. Training keeps about twice as much of each pass for it, and takes somewhat longer.',
    type: 'boolean',
    default: false,
    examples: [false],
  },
  init_lora_weights: {
    description:
      'How the adapter starts. true and "gaussian" draw its first matrix at random and leave the second at zero, so that training starts from the model as it is. "pissa" takes the strongest directions of each weight out of the model and trains these ("pissa_niter_4" finds them roughly and sooner). "loftq" starts from what load_in_4bit lost.',
    type: ['boolean', 'string'],
    default: true,
    examples: [true, 'gaussian', 'pissa', 'pissa_niter_4', 'loftq'],
  },
  loftq_config: {
    description:
      'With init_lora_weights "loftq", the same settings as in PEFT: loftq_bits, which is 4, and loftq_iter, which is 1. null means these.',
    type: ['object', 'null'],
    additionalProperties: { type: 'integer', minimum: 1, maximum: 100, examples: [1] },
    default: null,
    examples: [null, { loftq_bits: 4, loftq_iter: 1 }],
  },
  loraplus_lr_ratio: {
    description:
      'LoRA+: the second matrix of each pair, which starts at zero, learns at this many times learning_rate. Learning is often quicker so, with a learning_rate of half the usual one. null trains both at the same rate.',
    type: ['number', 'null'],
    minimum: 1,
    maximum: 1024,
    default: null,
    examples: [null, 4, 16],
  },
  rank_pattern: {
    description:
      'Ranks of single matrices that differ from lora_r: a regular expression for the end of the name of a matrix, such as "down_proj" or "layers.0.self_attn.q_proj", and its rank. The first match counts.',
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 1, maximum: 4096, examples: [8] },
    default: {},
    examples: [{ down_proj: 32 }, { 'layers.(0|1).self_attn.q_proj': 4 }],
  },
  alpha_pattern: {
    description:
      'Values of lora_alpha for single matrices, named as in rank_pattern. A matrix of another rank keeps lora_alpha unless it is named here.',
    type: 'object',
    additionalProperties: { type: 'number', exclusiveMinimum: 0, examples: [16] },
    default: {},
    examples: [{ down_proj: 32 }],
  },
  target_modules: {
    description:
      'The matrices of each layer that get an adapter: q, k, v and o belong to attention (which words look at which), gate, up and down to the feed-forward part (what is known). A list of them, "all-linear" for all seven, or a regular expression for whole names such as model.layers.0.self_attn.q_proj. All of them learn best. In Phi-3 q, k and v are one matrix, qkv_proj, and gate and up another, gate_up_proj: their names stand for it if all of them are given.',
    type: ['array', 'string'],
    items: { type: 'string', enum: MODULES },
    minItems: 1,
    minLength: 1,
    uniqueItems: true,
    default: PROJECTIONS,
    examples: [PROJECTIONS, ['q_proj', 'v_proj'], 'all-linear', '.*\\.[0-7]\\.self_attn\\..*'],
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;
