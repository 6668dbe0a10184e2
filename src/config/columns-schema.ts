import type { JsonSchema } from '../base/json-schema';

/** The key `columns` of sft.config.json; its names are those of dataset/columns.ts. */
export const COLUMNS_SCHEMA = {
  description:
    'The names your data uses for the parts of an example, if they are not question and answer: { "question": "Prompt", "answer": "Reply" }. category names the field that examples are grouped by, instead of agency.',
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    question: {
      description: 'The field with the question.',
      type: 'string',
      minLength: 1,
      examples: ['Prompt'],
    },
    answer: { description: 'The field with the answer.', type: 'string', minLength: 1, examples: ['Reply'] },
    system: {
      description: 'The field with a system prompt for this example only.',
      type: 'string',
      minLength: 1,
      examples: ['system_prompt'],
    },
    context: {
      description: 'The field with a text that the question is about.',
      type: 'string',
      minLength: 1,
      examples: ['passage'],
    },
    messages: {
      description: 'The field with the turns of a conversation, each with role and content.',
      type: 'string',
      minLength: 1,
      examples: ['dialog'],
    },
    category: {
      description:
        'The field that examples are grouped by: in the report, in splits and in scores. The default is agency.',
      type: 'string',
      minLength: 1,
      examples: ['subject'],
    },
  },
  default: null,
  examples: [{ question: 'Prompt', answer: 'Reply' }, { category: 'subject' }],
} as const satisfies JsonSchema;
