import * as v from 'valibot';
import { count, maybe, text, type DeepReadonly, type TypeOf } from '../base/shapes';

/** A request: the fields that it is sent with, and what its answer brings. */
export interface RequestShape {
  readonly ask: v.ObjectEntries;
  readonly answer: v.GenericSchema;
}

/** The requests that one side answers, by name. */
export type Requests = Readonly<Record<string, RequestShape>>;

export type AskOf<Q extends RequestShape> = DeepReadonly<v.InferOutput<v.StrictObjectSchema<Q['ask'], undefined>>>;
export type AnswerOf<Q extends RequestShape> = TypeOf<Q['answer']>;

/** How a request ended: with its answer, or with why it was refused and what to do. */
export type Outcome<T> = { readonly problem: undefined; readonly value: T } | { readonly problem: string };

/** What answers each request. A request that nobody answers does not compile, nor one that is answered with another's value. */
export type Handlers<R extends Requests> = {
  readonly [K in keyof R]: (ask: AskOf<R[K]>) => Outcome<AnswerOf<R[K]>> | Promise<Outcome<AnswerOf<R[K]>>>;
};

/** The fields of the messages that carry the requests: each one's own and the id that its answer has too. */
export function requestMessages<const R extends Requests>(
  requests: R,
): { readonly [K in keyof R]: R[K]['ask'] & { readonly id: typeof count } } {
  const entries = Object.entries(requests).map(([type, { ask }]) => [type, { ...ask, id: count }] as const);
  return Object.fromEntries(entries) as { readonly [K in keyof R]: R[K]['ask'] & { readonly id: typeof count } };
}

/** The fields of the message that carries an answer. Whoever asked checks the value, for only it knows what it asked. */
export const answerFields = { id: count, problem: maybe(text), value: maybe(v.unknown()) };

export interface AnswerMessage {
  readonly type: 'answer';
  readonly id: number;
  readonly problem?: string | undefined;
  readonly value?: unknown;
}

export interface Message {
  readonly type: string;
}

export function isAnswer(message: Message): message is AnswerMessage {
  return message.type === 'answer';
}

export function answerMessage(id: number, outcome: Outcome<unknown>): AnswerMessage {
  const value = outcome.problem === undefined ? outcome.value : undefined;
  return { type: 'answer', id, problem: outcome.problem, value };
}

export function given<T>(value: T): Outcome<T> {
  return { problem: undefined, value };
}

/** Of a request that is answered with no more than that it was done. @param problem why it was not */
export function done(problem?: string): Outcome<undefined> {
  return problem === undefined ? given(undefined) : { problem };
}
