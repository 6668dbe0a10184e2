import type { JSONPath } from 'jsonc-parser';
import type { JsonSchema } from '../base/json-schema';
import { setKey, type Repair } from './repair';

/** The value that was most likely meant: the same without quotes or rounded; else the default. */
export function typeRepair(path: JSONPath, schema: JsonSchema, given: unknown): Repair | undefined {
  const meant = meantValue(schema, given);
  if (meant !== undefined) return setKey(path, meant);
  const fallback = schema.default ?? schema.examples?.[0];
  return fallback === undefined ? undefined : setKey(path, fallback);
}

function meantValue(schema: JsonSchema, given: unknown): unknown {
  const types = [schema.type ?? []].flat();
  const numeric = types.includes('number') || types.includes('integer');
  if (typeof given === 'number' && numeric)
    return within(schema, types.includes('integer') ? Math.round(given) : given);
  if (typeof given !== 'string') return undefined;
  const text = given.trim();
  if (numeric && text !== '' && Number.isFinite(Number(text))) {
    return within(schema, types.includes('integer') ? Math.round(Number(text)) : Number(text));
  }
  if (types.includes('boolean') && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (types.includes('null') && /^(null|none)$/i.test(text)) return null;
  return undefined;
}

/** Undefined where the number is out of bounds: the nearest bound is seldom what was meant. */
function within(schema: JsonSchema, value: number): number | undefined {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema;
  return value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum
    ? value
    : undefined;
}
