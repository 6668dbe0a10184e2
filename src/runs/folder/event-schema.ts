import type { FromSchema, JsonSchema } from '../../base/json-schema';

const time = { description: 'When, ISO 8601.', type: 'string' } as const;
const step = { description: 'Updates of the weights done so far.', type: 'integer', minimum: 0 } as const;

/** One line of events.jsonl, and of `sft train --json`. */
export const EVENT_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SFT Workbench run event',
  description: 'One line of events.jsonl and of the output of `sft train --json`.',
  oneOf: [
    {
      description: 'The run waits for other runs on the same device.',
      type: 'object',
      required: ['type', 'time', 'message', 'waits_for', 'ahead'],
      properties: {
        type: { const: 'queued' },
        time,
        message: { type: 'string' },
        waits_for: { description: 'The folder of the run that has the device.', type: 'string' },
        ahead: { description: 'Runs before this one, that one included.', type: 'integer', minimum: 1 },
      },
    },
    {
      description: 'Training begins, or goes on from a checkpoint.',
      type: 'object',
      required: ['type', 'time', 'run', 'device', 'total_steps'],
      properties: {
        type: { const: 'start' },
        time,
        run: { description: 'The run folder.', type: 'string' },
        device: { description: 'What computes, and why it was taken.', type: 'string' },
        total_steps: { type: 'integer', minimum: 0 },
        resumed_from: { description: 'The step of the checkpoint training goes on from.', type: 'integer', minimum: 0 },
        train_examples: { type: 'integer', minimum: 0 },
        validation_examples: { type: 'integer', minimum: 0 },
        test_examples: { type: 'integer', minimum: 0 },
        parameters: { description: 'Weights of the model.', type: 'integer', minimum: 0 },
        trainable_parameters: { description: 'Weights that are trained.', type: 'integer', minimum: 0 },
      },
    },
    {
      description: 'One update of the weights.',
      type: 'object',
      required: ['type', 'time', 'step', 'loss', 'learning_rate', 'grad_norm', 'tokens', 'tokens_per_second'],
      properties: {
        type: { const: 'step' },
        time,
        step,
        loss: {
          description: 'Mean negative log-likelihood over the trained tokens of this step, nats.',
          type: 'number',
        },
        learning_rate: { description: 'The learning rate of this update.', type: 'number' },
        grad_norm: { description: 'Global gradient norm before clipping.', type: 'number' },
        tokens: { description: 'Tokens of this step, no padding counted.', type: 'integer', minimum: 0 },
        tokens_per_second: { type: 'number', minimum: 0 },
        trained_tokens: { description: 'Those of them that the loss is taken over.', type: 'integer', minimum: 0 },
        epoch: { description: 'Passes through the training part so far, with fraction.', type: 'number', minimum: 0 },
        seconds_left: {
          description: 'Until the run is done, validation, saving and evaluation included, as it is expected now.',
          type: 'number',
          minimum: 0,
        },
        peak_memory: { description: 'Peak memory of the process so far, bytes.', type: 'integer', minimum: 0 },
      },
    },
    {
      description: 'The loss on the validation part.',
      type: 'object',
      required: ['type', 'time', 'step', 'loss'],
      properties: {
        type: { const: 'evaluation' },
        time,
        step,
        loss: { description: 'Mean negative log-likelihood over the trained tokens, nats.', type: 'number' },
        examples: { type: 'integer', minimum: 0 },
        best: { description: 'Whether it is the lowest so far.', type: 'boolean' },
      },
    },
    {
      description: 'A checkpoint is on the disk, whole.',
      type: 'object',
      required: ['type', 'time', 'step', 'path'],
      properties: { type: { const: 'checkpoint' }, time, step, path: { type: 'string' }, best: { type: 'boolean' } },
    },
    {
      description: 'Something a person should know; training goes on.',
      type: 'object',
      required: ['type', 'time', 'message'],
      properties: {
        type: { const: 'warning' },
        time,
        message: { type: 'string' },
        code: { type: 'string' },
        remedy: { type: 'string' },
        step,
      },
    },
    {
      description: 'Training waits, as asked.',
      type: 'object',
      required: ['type', 'time', 'step'],
      properties: { type: { const: 'paused' }, time, step },
    },
    {
      description: 'Training goes on after a pause.',
      type: 'object',
      required: ['type', 'time', 'step'],
      properties: { type: { const: 'resumed' }, time, step },
    },
    {
      description: 'Training is complete.',
      type: 'object',
      required: ['type', 'time', 'adapter', 'evaluation'],
      properties: {
        type: { const: 'done' },
        time,
        adapter: { description: 'The folder of the result; the model folder after full training.', type: 'string' },
        evaluation: {
          description: 'The evaluation on the test part; null where none was made.',
          type: ['object', 'null'],
        },
        step,
      },
    },
    {
      description: 'Training ended with an error.',
      type: 'object',
      required: ['type', 'time', 'code', 'message'],
      properties: {
        type: { const: 'failed' },
        time,
        code: { description: 'A stable name of the kind of error.', type: 'string' },
        message: { type: 'string' },
        remedy: { type: 'string' },
        step,
      },
    },
    {
      description: 'Training was stopped on request, after saving.',
      type: 'object',
      required: ['type', 'time', 'step'],
      properties: { type: { const: 'stopped' }, time, step, checkpoint: { type: 'string' } },
    },
  ],
} as const satisfies JsonSchema;

export type RunEvent = FromSchema<typeof EVENT_SCHEMA>;

type Untimed<E> = E extends { readonly time: string } ? Omit<E, 'time'> & { readonly time?: string } : never;

/** An event as a writer gives it; the time is added where it is left out. */
export type NewRunEvent = Untimed<RunEvent>;
