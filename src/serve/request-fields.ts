import * as v from 'valibot';
import { nearest } from '../base/nearest';
import { placeOf, problemIn } from '../base/shapes';
import { ApiError } from './api-error';
import type { JsonFields } from './request-body';
import { UNSUPPORTED } from './request-schema';

/** Of a field's name that is not known, so much is said. */
const LONGEST_NAME = 80;

/** @throws never; an error to throw: the field is wrong */
export function invalid(param: string, reason: string, code = 'invalid_value'): ApiError {
  return new ApiError(400, `${param} ${reason}`, { param, code });
}

/**
 * A request's fields by their schema. null counts as absent, as OpenAI's clients mean it. A field that is not known is refused: a
 * mistyped one would silently do nothing.
 * @throws ApiError 400 that names the field
 */
export function readFields<const F extends v.ObjectEntries>(
  schema: v.ObjectSchema<F, string>,
  json: JsonFields,
): v.InferOutput<v.ObjectSchema<F, string>> {
  const given = Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (!result.success) {
    const param = placeOf(result.issues[0], '');
    throw new ApiError(400, problemIn(result.issues, ''), { param, code: codeOf(result.issues[0]) });
  }
  const known = Object.keys(schema.entries);
  const other = Object.keys(given).find((name) => !known.includes(name));
  if (other === undefined) return result.output;
  const near = nearest(other, known);
  const shown = other.length > LONGEST_NAME ? `${other.slice(0, LONGEST_NAME)}…` : other;
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  throw invalid(shown, `is not a known field${meant}`, 'unknown_parameter');
}

/** In OpenAI's words. */
function codeOf(issue: v.BaseIssue<unknown>): string {
  if (issue.message === UNSUPPORTED) return 'unsupported_parameter';
  if (issue.kind !== 'schema') return 'invalid_value';
  if (issue.input === undefined) return 'missing_required_parameter';
  return issue.type === 'picklist' || issue.type === 'literal' ? 'invalid_value' : 'invalid_type';
}
