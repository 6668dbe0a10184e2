import * as v from 'valibot';

/**
 * The vocabulary that schemas are written in: of messages between editor and webviews, of requests to the server, of the files in a run
 * folder. Each shape carries, in place of an error message, what it wants to see, so that a problem reads as a sentence
 * ("config.seed is not a whole number from 0"). Nothing here makes code at run time, which webviews forbid.
 */

/** What a schema describes, deeply read-only. */
export type TypeOf<S extends v.GenericSchema> = DeepReadonly<v.InferOutput<S>>;

export type DeepReadonly<T> = T extends ArrayBufferView | ((...args: never[]) => unknown)
  ? T
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A schema of values of a type, whichever it is. */
export type Shape<T> = v.GenericSchema<unknown, T>;

export const text = v.string('text');
export const flag = v.boolean('true or false');
export const number = v.pipe(v.number('a number'), v.finite('a number'));
/** ISO 8601, as Date's toISOString writes it. */
export const moment = v.pipe(text, v.isoTimestamp('a time such as 2026-01-02T10:15:00.000Z'));
/** A whole number from 0. */
export const count = whole(0);
/** From 0 to 1. */
export const share = between(0, 1);

/** A whole number from `min` on, up to `max` where that is given. */
export function whole(min: number, max?: number) {
  const wanted = max === undefined ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  const from = v.pipe(v.number(wanted), v.integer(wanted), v.safeInteger(wanted), v.minValue(min, wanted));
  return max === undefined ? from : v.pipe(from, v.maxValue(max, wanted));
}

/** A number from `min` to `max`, both included. */
export function between(min: number, max: number) {
  const wanted = `a number from ${min} to ${max}`;
  return v.pipe(v.number(wanted), v.minValue(min, wanted), v.maxValue(max, wanted));
}

/** What it is for, in the schema files that are written from shapes. */
export function described<const S extends v.GenericSchema>(description: string, shape: S) {
  return v.pipe(shape, v.description(description));
}

/** null where there is none, which is also what an older version means that did not write the key. */
export function orNull<const S extends v.GenericSchema>(shape: S) {
  return v.optional(v.nullable(shape), null);
}

/** Left out or undefined where there is none: what is sent as JSON loses the one for the other. */
export function maybe<const S extends v.GenericSchema>(shape: S) {
  return v.optional(shape);
}

export function oneOf<const T extends readonly string[]>(...choices: T) {
  return v.picklist(choices, `one of ${choices.join(', ')}`);
}

export function list<S extends v.GenericSchema>(item: S) {
  return v.array(item, 'a list');
}

/** An object with these fields and no others. */
export function closed<const F extends v.ObjectEntries>(fields: F) {
  return v.strictObject(fields, 'an object');
}

/** An object with these fields; what a newer version wrote beside them is left out. */
export function open<const F extends v.ObjectEntries>(fields: F) {
  return v.object(fields, 'an object');
}

/** Why a value does not fit, as `problemIn` has it; undefined where it fits. */
export function problemOf(shape: v.GenericSchema, value: unknown, whole: string): string | undefined {
  const result = v.safeParse(shape, value, { abortEarly: true });
  return result.success ? undefined : problemIn(result.issues, whole);
}

/** The first thing that is wrong with a value, as a sentence without its full stop. @param whole what the value itself is called */
export function problemIn(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]], whole: string): string {
  const [issue] = issues;
  const place = placeOf(issue, whole);
  if (issue.expected === 'never') return `${place} is unknown`;
  // A reader of its own has found it, and says what.
  if (issue.type === 'raw_transform') return `${place}.${issue.message}`;
  if (issue.kind === 'schema' && issue.input === undefined) return `${place} is missing`;
  return `${place} is not ${issue.message}`;
}

/** `config.split[2]`; the value itself under the name it is called by. */
export function placeOf({ path }: v.BaseIssue<unknown>, whole: string): string {
  const parts = (path ?? []).map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  const place = parts.join('');
  if (whole === '') return place === '' ? 'it' : place.replace(/^\./, '');
  return whole + place;
}
