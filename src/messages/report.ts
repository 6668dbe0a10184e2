import { answerFields, requestMessages } from './requests';
import { closed, count, flag, list, maybe, oneOf, text, type TypeOf } from '../base/shapes';
import { messages, nothing } from './messages';

const part = closed({ train: count, validation: count, test: count });

/** What tokens are counted by where there is no model. */
export const ESTIMATED = 'characters / 4, without what a chat template adds';

/** Everything the dataset report shows, as plain values. */
export const datasetReport = closed({
  file: text,
  format: text,
  examples: count,
  /** Where too few or too uneven: what to do about it. */
  advice: list(text),
  tokens: closed({
    estimated: flag,
    model: maybe(text),
    maxSeqLength: count,
    total: count,
    p50: count,
    p95: count,
    max: count,
    /** Examples longer than max_seq_length, and those whose whole answer is cut off. */
    over: count,
    lost: count,
  }),
  /** Equal steps from 0; `from` and `to` inclusive, in tokens. */
  histogram: list(closed({ from: count, to: count, examples: count })),
  /** The field that examples are grouped by; none has it where it is absent, and `agencies` is empty. */
  category: maybe(text),
  /** Most examples first; those without the field are under the empty name. */
  agencies: list(closed({ name: text, examples: count, split: maybe(part) })),
  findings: list(closed({ rule: text, severity: oneOf('error', 'warning', 'info'), count })),
  findingCount: count,
  /** Examples whose question and answer stand earlier in the file, white space and case apart. */
  duplicates: count,
  /** Where a split of 80 / 10 / 10 would put the examples; nobody knows for a file that was only streamed. */
  split: maybe(part),
});

export type DatasetReport = TypeOf<typeof datasetReport>;

export const toReport = messages({
  report: { report: datasetReport },
  /** There is nothing to show: why, and what to do. */
  unavailable: { reason: text },
  answer: answerFields,
});
export type ToReport = TypeOf<typeof toReport>;

export const reportRequests = {
  /** Asks for the finding of this rule after the one shown last. */
  reveal: { ask: { rule: text }, answer: nothing },
  export: { ask: {}, answer: nothing },
};

export const fromReport = messages({ ready: {}, ...requestMessages(reportRequests) });
export type FromReport = TypeOf<typeof fromReport>;
