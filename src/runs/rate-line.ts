import * as v from 'valibot';
import { count, described, number, open, orNull, text, type TypeOf } from '../base/shapes';

const rate = described('A learning rate.', number);

/** A line of `sft find-lr --json`: written by the command line, read by the editor. */
export const RATE_LINE = v.variant(
  'type',
  [
    open({ type: v.literal('progress'), message: described('What is done before the first step.', text) }),
    open({
      type: v.literal('point'),
      step: described('From 1.', count),
      total: count,
      rate,
      loss: described("Mean NLL of the step's examples before its update, nats.", number),
      start: described('The same of the model as it is, nats.', number),
    }),
    open({
      type: v.literal('result'),
      suggested: orNull(rate),
      lowest: orNull(open({ rate, loss: number })),
      learning_rate: described('What the configuration has.', number),
      message: text,
    }),
  ],
  'a known line',
);
export type RateLine = TypeOf<typeof RATE_LINE>;
