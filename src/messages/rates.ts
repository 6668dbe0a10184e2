import { closed, count, maybe, number, oneOf, text, type TypeOf } from '../base/shapes';
import { messages, nothing, numbers } from './messages';
import { answerFields, requestMessages } from './requests';

/** A range test as it stands. All columns are equally long, a value a step; losses in nats. */
const rateTest = closed({
  /** The name of the configuration, and its path. */
  name: text,
  file: text,
  phase: oneOf('working', 'done', 'stopped', 'failed'),
  /** What is done, what was found, or why it failed. */
  message: text,
  /** Steps of the whole test, once it is known. */
  total: maybe(count),
  rates: numbers,
  /** As they would be if all steps saw examples of the same difficulty; and these without their noise. */
  losses: numbers,
  smoothed: numbers,
  /** The learning rate of the configuration. */
  now: number,
  lowest: maybe(number),
  suggested: maybe(number),
});
export type RateTest = TypeOf<typeof rateTest>;

export const toRates = messages({ test: { test: rateTest }, answer: answerFields });
export type ToRates = TypeOf<typeof toRates>;

export const ratesRequests = {
  /** Ends the test. */
  stop: { ask: {}, answer: nothing },
  /** Begins it anew, with the configuration as it is now. */
  again: { ask: {}, answer: nothing },
  /** Writes the suggested rate into the configuration, where the person sees it. */
  take: { ask: { rate: number }, answer: nothing },
  showConfiguration: { ask: {}, answer: nothing },
};

export const fromRates = messages({ ready: {}, ...requestMessages(ratesRequests), answer: answerFields });
export type FromRates = TypeOf<typeof fromRates>;
