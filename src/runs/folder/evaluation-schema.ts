import type { FromSchema, JsonSchema } from '../../base/json-schema';

const share = { type: 'number', minimum: 0, maximum: 1 } as const;

/** Means, and the interval that holds the true mean F1 with 95% confidence; null of few pairs. */
const bound = { type: ['number', 'null'], minimum: 0, maximum: 1 } as const;
const rouge = {
  type: 'object',
  required: ['precision', 'recall', 'f1', 'low', 'high'],
  additionalProperties: false,
  properties: { precision: share, recall: share, f1: share, low: bound, high: bound },
} as const;

const model = {
  type: 'object',
  required: ['rouge1', 'rouge2', 'rougeL', 'rougeLsum', 'count', 'loss', 'perplexity', 'cut', 'answer_words'],
  additionalProperties: false,
  properties: {
    rouge1: rouge,
    rouge2: rouge,
    rougeL: rouge,
    rougeLsum: rouge,
    count: { description: 'Pairs that were compared.', type: 'integer', minimum: 0 },
    loss: { description: 'Mean negative log-likelihood over the trained tokens of the part, nats.', type: 'number' },
    perplexity: { description: 'exp(loss); null where it is too large for a number.', type: ['number', 'null'] },
    cut: {
      description: 'Answers that were ended by max_new_tokens; null in the files of earlier versions.',
      type: ['integer', 'null'],
      minimum: 0,
      default: null,
    },
    answer_words: {
      description: 'Words of an answer as ROUGE counts them, the mean; null in the files of earlier versions.',
      type: ['number', 'null'],
      minimum: 0,
      default: null,
    },
  },
} as const;

/** evaluation.json: the held-out part as base and tuned model answer it. Replaced as a whole. */
export const EVALUATION_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SFT Workbench evaluation',
  description: 'evaluation.json in a run folder: how the model before and after training answers the test part.',
  type: 'object',
  required: ['examples', 'stemmer', 'unicode', 'max_new_tokens', 'reference_words', 'base', 'tuned'],
  additionalProperties: false,
  properties: {
    examples: { type: 'integer', minimum: 0 },
    stemmer: { description: 'Whether word stems were compared.', type: 'boolean' },
    unicode: {
      description: 'Whether words of every script were compared, and not those of a-z and 0-9 alone.',
      type: 'boolean',
      default: false,
    },
    max_new_tokens: { type: 'integer', minimum: 1 },
    reference_words: {
      description: 'Words of a reference as ROUGE counts them, the mean; null in the files of earlier versions.',
      type: ['number', 'null'],
      minimum: 0,
      default: null,
    },
    base: model,
    tuned: model,
  },
} as const satisfies JsonSchema;

const answer = {
  type: 'object',
  required: ['answer', 'cut', 'rouge1', 'rouge2', 'rougeL', 'nll', 'trained'],
  additionalProperties: false,
  properties: {
    answer: { type: 'string' },
    cut: {
      description: 'Whether max_new_tokens ended it; null in the files of earlier versions.',
      type: ['boolean', 'null'],
      default: null,
    },
    rouge1: { description: 'F1', ...share },
    rouge2: { description: 'F1', ...share },
    rougeL: { description: 'F1', ...share },
    nll: {
      description: 'Negative log-likelihood of the reference, summed over its trained tokens, nats.',
      type: 'number',
    },
    trained: { description: 'Trained tokens of the reference.', type: 'integer', minimum: 0 },
  },
} as const;

/** One line of predictions.jsonl. */
export const PREDICTION_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SFT Workbench prediction',
  description: 'One line of predictions.jsonl in a run folder: a test question with the answers of both models.',
  type: 'object',
  required: ['index', 'line', 'question', 'reference', 'base', 'tuned'],
  additionalProperties: false,
  properties: {
    index: { description: 'Of the example in the dataset, from 0.', type: 'integer', minimum: 0 },
    line: { description: 'Of the example in the dataset, from 1.', type: 'integer', minimum: 1 },
    question: { type: 'string' },
    reference: { description: 'The answer in the dataset.', type: 'string' },
    base: answer,
    tuned: answer,
  },
} as const satisfies JsonSchema;

export type RunEvaluation = FromSchema<typeof EVALUATION_SCHEMA>;
export type Prediction = FromSchema<typeof PREDICTION_SCHEMA>;
export type PredictedAnswer = Prediction['base'];
