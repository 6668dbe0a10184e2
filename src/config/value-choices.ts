import { getLocation } from 'jsonc-parser';
import type { JsonSchema } from '../base/json-schema';
import { CONFIG_SCHEMA } from './config-schema';
import { tooDeepAt } from './nesting';

/** What can be written at a place of a configuration. */
export interface ValueChoices {
  readonly key: string;
  /** The UTF-16 range to replace, quotes included; empty where nothing is written yet. */
  readonly start: number;
  readonly end: number;
  /** Names what is looked for on disk in place of `values`. */
  readonly paths: 'model' | 'dataset' | 'adapter' | undefined;
  readonly values: readonly unknown[];
}

const PATHS: Readonly<Record<string, ValueChoices['paths']>> = {
  model_name: 'model',
  dataset: 'dataset',
  validation_dataset: 'dataset',
  test_dataset: 'dataset',
  adapter: 'adapter',
};

/** The values to offer at an offset, the default left out (the JSON support of the editor offers it); undefined outside values. */
export function valueChoices(text: string, offset: number): ValueChoices | undefined {
  if (tooDeepAt(text) !== undefined) return undefined;
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
  const [key, item] = path;
  if (isAtPropertyKey || typeof key !== 'string' || path.length > 2) return undefined;
  const properties: Readonly<Record<string, JsonSchema>> = CONFIG_SCHEMA.properties;
  if (!Object.hasOwn(properties, key)) return undefined;
  const whole = properties[key]!;
  const schema = typeof item === 'number' ? whole.items : typeof item === 'string' ? whole.properties?.[item] : whole;
  if (schema === undefined) return undefined;
  const isInside =
    previousNode !== undefined && previousNode.offset <= offset && offset <= previousNode.offset + previousNode.length;
  // A value that is not there yet: previousNode is the key.
  const inside = isInside && text[previousNode.offset + previousNode.length] !== ':' ? previousNode : undefined;
  const range = {
    start: inside?.offset ?? offset,
    end: inside === undefined ? offset : inside.offset + inside.length,
  };
  return { key, ...range, paths: path.length === 1 ? PATHS[key] : undefined, values: valuesOf(schema) };
}

function valuesOf(schema: JsonSchema): unknown[] {
  const types = [schema.type ?? []].flat();
  const offered = [
    ...(schema.enum ?? []),
    ...(types.includes('boolean') ? [true, false] : []),
    ...(schema.enum === undefined ? (schema.examples ?? []) : []),
    ...(types.includes('null') ? [null] : []),
  ];
  const seen = new Set([JSON.stringify(schema.default)]);
  return offered.filter((value) => {
    const written = JSON.stringify(value);
    return !seen.has(written) && seen.add(written);
  });
}
