import type { FromSchema, JsonSchema } from '../../base/json-schema';

/** ratings.json: what a person thinks of the tuned model's answers. Replaced as a whole. */
export const RATINGS_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SFT Workbench ratings',
  description: "ratings.json in a run folder: a person's ratings of the tuned model's answers.",
  type: 'object',
  required: ['ratings'],
  additionalProperties: false,
  properties: {
    ratings: {
      type: 'array',
      items: {
        type: 'object',
        required: ['index', 'rating'],
        additionalProperties: false,
        properties: {
          index: { description: 'Of the example, as in predictions.jsonl.', type: 'integer', minimum: 0 },
          rating: { description: 'From 1, completely wrong, to 5, perfect.', type: 'integer', minimum: 1, maximum: 5 },
        },
      },
    },
  },
} as const satisfies JsonSchema;

export type Rating = FromSchema<typeof RATINGS_SCHEMA>['ratings'][number];
