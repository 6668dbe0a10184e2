import * as v from 'valibot';
import { closed, problemOf, type DeepReadonly, type Shape } from '../base/shapes';

/** A column of numbers, NaN where one is missing. Checked as a whole: its items can be nothing else. */
export const numbers = v.instance(Float64Array, 'a column of numbers');
export const bytes = v.instance(Uint8Array, 'a row of bytes');
/** No value, where there is nothing to say. */
export const nothing = v.undefined('nothing');

/** A union of messages that `type` tells apart; each may have further fields. */
export type MessageOf<M extends Readonly<Record<string, v.ObjectEntries>>> = {
  [K in keyof M]: DeepReadonly<{ type: K } & v.InferOutput<v.StrictObjectSchema<M[K], undefined>>>;
}[keyof M];

export function messages<const M extends Readonly<Record<string, v.ObjectEntries>>>(kinds: M): Shape<MessageOf<M>> {
  const all = Object.entries(kinds).map(([type, fields]) => closed({ type: v.literal(type), ...fields }));
  // The list's type has lost the names.
  return v.variant('type', all, 'a known message') as v.GenericSchema as Shape<MessageOf<M>>;
}

/** @returns the message itself, or undefined after `refuse` was told why it is none */
export function accept<T>(shape: Shape<T>, value: unknown, refuse: (reason: string) => void): T | undefined {
  const problem = problemOf(shape, value, 'message');
  if (problem === undefined) return value as T;
  refuse(problem);
  return undefined;
}
