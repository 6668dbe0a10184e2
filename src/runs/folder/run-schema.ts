import { CONFIG_SCHEMA, type ResolvedConfig } from '../../config/config-schema';
import type { FromSchema, JsonSchema } from '../../base/json-schema';

const share = { type: 'number', minimum: 0, maximum: 1 } as const;
const threshold = {
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
const configProperties: Readonly<Record<string, JsonSchema>> = {
  ...Object.fromEntries(Object.entries<JsonSchema>(CONFIG_SCHEMA.properties).filter(([key]) => key !== '$schema')),
  train_on: { ...CONFIG_SCHEMA.properties.train_on, default: 'last' },
  enable_thinking: { ...CONFIG_SCHEMA.properties.enable_thinking, default: false },
  split: {
    ...CONFIG_SCHEMA.properties.split,
    properties: { ...CONFIG_SCHEMA.properties.split.properties, near_duplicate_threshold: threshold },
  },
};

const dataFile = {
  required: ['path', 'bytes', 'sha256'],
  additionalProperties: false,
  properties: {
    path: { type: 'string' },
    bytes: { type: 'integer', minimum: 0 },
    sha256: { description: 'Of the bytes of the file: resuming on changed data is noticed.', type: 'string' },
  },
} as const;
const ownFile = { ...dataFile, type: ['object', 'null'], default: null } as const;

/** run.json: what a run was made from. Written once, when the run is created. */
export const RUN_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SFT Workbench run',
  description: 'run.json in a run folder: what the run was made from. Written once.',
  type: 'object',
  required: [
    'id',
    'name',
    'created',
    'config_file',
    'config',
    'dataset',
    'validation_dataset',
    'test_dataset',
    'split',
    'base_model',
    'versions',
  ],
  additionalProperties: false,
  properties: {
    id: { description: 'The name of the run folder.', type: 'string' },
    name: { description: 'The name of the configuration.', type: 'string' },
    created: { description: 'ISO 8601.', type: 'string' },
    config_file: { description: 'The configuration the run was started from, absolute.', type: 'string' },
    config: {
      description: 'The configuration with every key filled in and absolute paths.',
      type: 'object',
      required: Object.keys(configProperties),
      additionalProperties: false,
      properties: configProperties,
    },
    dataset: { ...dataFile, type: 'object' },
    validation_dataset: { ...ownFile, description: 'The file of the validation part, where it has one of its own.' },
    test_dataset: { ...ownFile, description: 'The file of the test part, where it has one of its own.' },
    split: {
      description:
        'The shares, the seed and the threshold of near-duplicates; with the dataset they determine which example is in which part.',
      type: 'object',
      required: ['train', 'validation', 'test', 'seed', 'near_duplicate_threshold'],
      additionalProperties: false,
      properties: {
        train: share,
        validation: share,
        test: share,
        seed: { type: 'integer', minimum: 0 },
        near_duplicate_threshold: threshold,
      },
    },
    base_model: {
      type: 'object',
      required: ['path', 'adapter'],
      additionalProperties: false,
      properties: { path: { type: 'string' }, adapter: { type: ['string', 'null'], default: null } },
    },
    versions: {
      type: 'object',
      required: ['sft', 'node', 'platform'],
      additionalProperties: false,
      properties: {
        sft: { type: 'string' },
        node: { type: 'string' },
        platform: { description: 'Operating system and processor, such as linux-x64.', type: 'string' },
      },
    },
  },
} as const satisfies JsonSchema;

export type Run = Omit<FromSchema<typeof RUN_SCHEMA>, 'config'> & { readonly config: ResolvedConfig };
