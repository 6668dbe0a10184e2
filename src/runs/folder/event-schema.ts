import * as v from 'valibot';
import { count, described, flag, list, moment, number, open, text, whole, type TypeOf } from '../../base/shapes';

const time = described('When, ISO 8601.', moment);
const step = described('Updates of the weights done so far.', count);
const maybe = v.exactOptional;
const atLeastZero = v.pipe(number, v.minValue(0, 'a number from 0'));

/** An event of a kind with its fields. */
function event<const T extends string, const F extends v.ObjectEntries>(type: T, description: string, fields: F) {
  return v.pipe(open({ type: v.literal(type), time, ...fields }), v.description(description));
}

/** One line of events.jsonl, and of `sft train --json`. */
export const EVENT_SCHEMA = v.pipe(
  v.variant(
    'type',
    [
      event('queued', 'The run waits for other runs on the same device.', {
        message: text,
        waits_for: described('The folder of the run that has the device.', text),
        ahead: described('Runs before this one, that one included.', whole(1)),
      }),
      event('start', 'Training begins, or goes on from a checkpoint.', {
        run: described('The run folder.', text),
        device: described('What computes, and why it was taken.', text),
        total_steps: count,
        resumed_from: maybe(described('The step of the checkpoint training goes on from.', count)),
        train_examples: maybe(count),
        validation_examples: maybe(count),
        test_examples: maybe(count),
        parameters: maybe(described('Weights of the model.', count)),
        trainable_parameters: maybe(described('Weights that are trained.', count)),
        shared_tokens: maybe(
          described(
            'Tokens that the examples of an update begin with alike, the mean: they are computed once for all of them, and counted in each.',
            count,
          ),
        ),
      }),
      event('step', 'One update of the weights.', {
        step,
        loss: described('Mean negative log-likelihood over the trained tokens of this step, nats.', number),
        learning_rate: described('The learning rate of this update.', number),
        grad_norm: described('Global gradient norm before clipping.', number),
        tokens: described('Tokens of this step, no padding counted.', count),
        tokens_per_second: atLeastZero,
        trained_tokens: maybe(described('Those of them that the loss is taken over.', count)),
        epoch: maybe(described('Passes through the training part so far, with fraction.', atLeastZero)),
        seconds_left: maybe(
          described(
            'Until the run is done, validation, saving and evaluation included, as it is expected now.',
            atLeastZero,
          ),
        ),
        peak_memory: maybe(described('Peak memory of the process so far, bytes.', count)),
      }),
      event('evaluation', 'The loss on the validation part.', {
        step,
        loss: described('Mean negative log-likelihood over the trained tokens, nats.', number),
        examples: maybe(count),
        best: maybe(described('Whether it is the lowest so far.', flag)),
      }),
      event('samples', 'What the model answers to the sample prompts while it learns; at step 0 before it does.', {
        step,
        answers: list(
          open({
            question: text,
            answer: text,
            cut: described('Whether max_new_tokens ended it.', flag),
            reference: maybe(described('The answer in the data, of questions that are from there.', text)),
          }),
        ),
      }),
      event('retention', 'What training cost in general knowledge, told before done.', {
        step,
        examples: described('General questions.', count),
        base: described('Mean negative log-likelihood over the tokens of their answers before training, nats.', number),
        tuned: described('The same after training.', number),
      }),
      event('checkpoint', 'A checkpoint is on the disk, whole.', { step, path: text, best: maybe(flag) }),
      event('warning', 'Something a person should know; training goes on.', {
        message: text,
        code: maybe(text),
        remedy: maybe(text),
        step: maybe(step),
      }),
      event('paused', 'Training waits, as asked.', { step }),
      event('resumed', 'Training goes on after a pause.', { step }),
      event('done', 'Training is complete.', {
        adapter: described('The folder of the result; the model folder after full training.', text),
        evaluation: described(
          'The evaluation on the test part; null where none was made.',
          v.nullable(v.record(text, v.unknown(), 'an object')),
        ),
        step: maybe(step),
      }),
      event('failed', 'Training ended with an error.', {
        code: described('A stable name of the kind of error.', text),
        message: text,
        remedy: maybe(text),
        step: maybe(step),
      }),
      event('stopped', 'Training was stopped on request, after saving.', { step, checkpoint: maybe(text) }),
    ],
    'a known event',
  ),
  v.title('SFT Workbench run event'),
  v.description('One line of events.jsonl and of the output of `sft train --json`.'),
);

/** Every key that an event can have. */
export const EVENT_KEYS: readonly string[] = [
  ...new Set(EVENT_SCHEMA.pipe[0].options.flatMap(({ entries }) => Object.keys(entries))),
];

export type RunEvent = TypeOf<typeof EVENT_SCHEMA>;

type Untimed<E> = E extends { readonly time: string } ? Omit<E, 'time'> & { readonly time?: string } : never;

/** An event as a writer gives it; the time is added where it is left out. */
export type NewRunEvent = Untimed<RunEvent>;
