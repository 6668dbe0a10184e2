import { CONFIG_SCHEMA, type ResolvedConfig } from '../../config/config-schema';
import { ConfigText } from '../../config/config-text';
import { schemaProblems } from '../../config/schema-problems';
import type { JsonSchema } from '../../base/json-schema';

const FORMER_THRESHOLD = {
  description: 'null in the runs of earlier versions, which kept only the same questions together.',
  type: ['number', 'null'],
  minimum: 0.5,
  maximum: 1,
  default: null,
} as const;

/**
 * All keys but the one that only editors read. The default of a key is what an earlier version did that did not know it yet; where that
 * is not the default of a new configuration, it is written here.
 */
const PROPERTIES: Readonly<Record<string, JsonSchema>> = {
  ...Object.fromEntries(Object.entries<JsonSchema>(CONFIG_SCHEMA.properties).filter(([key]) => key !== '$schema')),
  train_on: { ...CONFIG_SCHEMA.properties.train_on, default: 'last' },
  retention: { ...CONFIG_SCHEMA.properties.retention, default: false },
  enable_thinking: { ...CONFIG_SCHEMA.properties.enable_thinking, default: false },
  split: {
    ...CONFIG_SCHEMA.properties.split,
    properties: { ...CONFIG_SCHEMA.properties.split.properties, near_duplicate_threshold: FORMER_THRESHOLD },
  },
};

/** The configuration in run.json, for schemas/. */
export const RUN_CONFIG_SCHEMA = {
  description: 'The configuration with every key filled in and absolute paths.',
  type: 'object',
  required: Object.keys(PROPERTIES),
  properties: PROPERTIES,
} as const satisfies JsonSchema;

type Values = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** With the defaults of keys that are missing. */
function filled(values: Values, properties: Readonly<Record<string, JsonSchema>>): Values {
  const entries = Object.entries(properties).flatMap(([key, property]) => {
    const value = Object.hasOwn(values, key) ? values[key] : property.default;
    if (value === undefined) return [];
    return [[key, isObject(value) && property.properties !== undefined ? filled(value, property.properties) : value]];
  });
  return { ...values, ...(Object.fromEntries(entries) as Values) };
}

/**
 * The configuration of a run as its file holds it, checked as sft.config.json is and in the same words. Keys that a newer version wrote
 * are kept: see `unknownKeys`.
 * @returns the configuration with all its keys, or the first thing that is wrong with it
 */
export function readRunConfig(value: Values): { readonly config: ResolvedConfig } | { readonly problem: string } {
  const config = filled(value, PROPERTIES);
  const known = Object.fromEntries(Object.entries(config).filter(([key]) => Object.hasOwn(PROPERTIES, key)));
  let text: string;
  try {
    text = JSON.stringify(known);
  } catch {
    return { problem: 'a value is nested too deeply' };
  }
  const [problem] = schemaProblems(ConfigText.parse(text, ''), known).problems;
  if (problem !== undefined) return { problem: problem.message };
  if (typeof config['name'] !== 'string') return { problem: 'name is missing' };
  return { config: config as unknown as ResolvedConfig };
}

/** Keys of a run's configuration that a newer version wrote and this one does not know. */
export function unknownKeys(config: ResolvedConfig): string[] {
  return Object.keys(config).filter((key) => !Object.hasOwn(PROPERTIES, key));
}
