import * as v from 'valibot';
import { count, flag, list, number, oneOf, open, text, type TypeOf } from '../../base/shapes';
import type { ProcessIdentity } from '../../base/process-identity';
import type { ResolvedConfig } from '../../config/config-schema';
import type { Machine } from './machine';

/** Of the files in RUN/engine; python/sft_accelerate.py has the same number. */
export const CONTRACT = 1;

/** A prompt to be continued by `room` tokens at most. */
export interface Prompt {
  readonly ids: readonly number[];
  readonly room: number;
}

/** job.json: what Python trains, and everything about it that it would otherwise have to work out. */
export interface EngineJob {
  readonly contract: typeof CONTRACT;
  readonly config: ResolvedConfig;
  /** The base model's folder. */
  readonly model: string;
  /** The adapter before the first step, in PEFT's format; null where the model itself is trained. */
  readonly adapter_start: string | null;
  /** Names of the weights that are trained and saved; null where an adapter is. */
  readonly tensors: readonly string[] | null;
  /** The folder that holds the checkpoints, that of the best weights, and that of the result. */
  readonly checkpoints: string;
  readonly best: string;
  readonly result: string;
  readonly samples: readonly Prompt[];
  readonly stop_token_ids: readonly number[];
  readonly device: 'cpu' | 'cuda';
  /** On all nodes together. */
  readonly processes: number;
  readonly sharding: Machine['sharding'];
  readonly offload: boolean;
  /** Whether Unsloth computes the training. */
  readonly unsloth: boolean;
  /** Of each process, where the processor computes. */
  readonly threads: number;
  /** So long a process waits for another, seconds. */
  readonly timeout: number;
  /** Whoever follows the run; null where nobody on this machine does. */
  readonly owner: (ProcessIdentity & { readonly host: string }) | null;
}

/** A continuation of a prompt. */
const CONTINUATION = open({ ids: list(count), stopped: flag });
export type GivenContinuation = TypeOf<typeof CONTINUATION>;

/** A line of events.jsonl in the engine folder. */
export const ENGINE_EVENT = v.variant(
  'type',
  [
    /** Model and data are there, and the first step may follow. */
    open({ type: v.literal('ready'), device: text, torch: text, step: count }),
    open({
      type: v.literal('step'),
      step: count,
      loss: number,
      grad_norm: number,
      seconds: v.pipe(number, v.minValue(0, 'a number from 0')),
      peak_memory: v.nullable(count),
    }),
    open({ type: v.literal('evaluation'), step: count, loss: number, best: flag }),
    open({ type: v.literal('samples'), step: count, answers: list(CONTINUATION) }),
    open({ type: v.literal('checkpoint'), step: count }),
    open({ type: v.literal('warning'), message: text }),
    open({ type: v.literal('begins'), what: oneOf('validating', 'sampling', 'saving') }),
    open({ type: v.literal('finished'), step: count }),
    open({ type: v.literal('halted'), step: count }),
  ],
  'a known event',
);
export type EngineEvent = TypeOf<typeof ENGINE_EVENT>;

/** error-RANK.json: what ended a process. */
export const ERROR_NOTE = open({
  time: number,
  rank: count,
  code: text,
  message: text,
  remedy: text,
  place: v.nullable(text),
});
export type ErrorNote = TypeOf<typeof ERROR_NOTE>;

/** rank-RANK.json: a process that trains. */
export const RANK_NOTE = open({ rank: count, pid: count, started: v.nullable(count), host: text });

/** A line that `answer` writes. */
export const REPLY = open({ id: count, given: v.union([list(number), list(CONTINUATION)], 'losses or continuations') });
