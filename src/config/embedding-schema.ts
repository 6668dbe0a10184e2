import type { JsonSchema } from '../base/json-schema';

/** The keys of sft.config.json on what the model reads: the embeddings of tokens. Under TRL's and PEFT's names. */
export const EMBEDDING_SCHEMA = {
  neftune_noise_alpha: {
    description:
      'Adds a little noise to the token embeddings in training (NEFTune), so that short answers are not learned word by word. 5 is usual; null adds none.',
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    default: null,
    examples: [5, 10],
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;
