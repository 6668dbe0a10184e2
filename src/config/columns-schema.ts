import type { JsonSchema } from '../base/json-schema';

/** The key `columns` of sft.config.json; its names are those of dataset/columns.ts. */
export const COLUMNS_SCHEMA = {
  description:
    'What your data call the parts of an example, where it is not question and answer: { "question": "Prompt", "answer": "Reply" }. category names the field that examples are grouped by, in place of agency.',
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    question: {
      description: 'The field that holds what is asked.',
      type: 'string',
      minLength: 1,
      examples: ['Prompt'],
    },
    answer: { description: 'The field that holds the answer.', type: 'string', minLength: 1, examples: ['Reply'] },
    system: {
      description: 'The field that holds an instruction of its own for this example.',
      type: 'string',
      minLength: 1,
      examples: ['system_prompt'],
    },
    context: {
      description: 'The field that holds a text that the question is about.',
      type: 'string',
      minLength: 1,
      examples: ['passage'],
    },
    messages: {
      description: 'The field that holds the turns of a conversation, each with role and content.',
      type: 'string',
      minLength: 1,
      examples: ['dialog'],
    },
    category: {
      description:
        'The field that examples are grouped by: in the report, in splits and in scores. agency unless given.',
      type: 'string',
      minLength: 1,
      examples: ['subject'],
    },
  },
  default: null,
  examples: [{ question: 'Prompt', answer: 'Reply' }, { category: 'subject' }],
} as const satisfies JsonSchema;
