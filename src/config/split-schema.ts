import type { JsonSchema } from '../base/json-schema';

/** The key `split` of sft.config.json. */
export const SPLIT_SCHEMA = {
  description:
    'How the data is split: train is trained on, validation measures progress during training, test is kept for the final scores. The shares add up to 1; parts left out are 0.',
  type: 'object',
  required: ['train'],
  additionalProperties: false,
  properties: {
    train: {
      description: 'The share the model learns from.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      examples: [0.8],
    },
    validation: {
      description: 'The share used to measure progress: when its loss rises, the model starts to memorise.',
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0,
      examples: [0.1],
    },
    test: {
      description: 'The share the model never sees in training; `sft evaluate` measures on it.',
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0,
      examples: [0.1],
    },
    seed: {
      description: 'Decides which examples go where. Keep it to keep the same parts.',
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
      default: 42,
      examples: [42],
    },
    near_duplicate_threshold: {
      description:
        'Examples that share this much of their word pairs stay in one part, so that the test contains nothing that was trained on. null keeps only identical questions together.',
      type: ['number', 'null'],
      minimum: 0.5,
      maximum: 1,
      default: 0.8,
      examples: [0.8],
    },
  },
  default: { train: 0.8, validation: 0.1, test: 0.1, seed: 42, near_duplicate_threshold: 0.8 },
  examples: [{ train: 0.8, validation: 0.1, test: 0.1, seed: 42 }],
} as const satisfies JsonSchema;
