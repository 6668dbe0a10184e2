import type { JsonSchema } from '../base/json-schema';

/** The keys of sft.config.json that say what of general knowledge is measured and kept. */
export const RETENTION_SCHEMA = {
  retention: {
    description:
      'Measure at the end what training cost in general knowledge: the loss on general questions, before and after. Takes about as long as two steps.',
    type: 'boolean',
    default: true,
    examples: [true, false],
  },
  retention_dataset: {
    description:
      'A file of general questions and answers of your own, instead of those that come with SFT Workbench. Every other one is measured; the rest may be mixed into training.',
    type: ['string', 'null'],
    minLength: 1,
    default: null,
    examples: ['general.jsonl'],
  },
  retention_mix: {
    description:
      'The share of general questions that is mixed into training, so that less is forgotten: 0.05 to 0.2 if training cost much. 0 mixes nothing in.',
    type: 'number',
    minimum: 0,
    maximum: 0.5,
    default: 0,
    examples: [0.05, 0.1],
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;
