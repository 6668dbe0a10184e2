import type { JsonSchema } from '../base/json-schema';

/** The key `sweep` of sft.config.json: for each of its keys the values to try. What they may be is held by `sweep.ts`. */
export const SWEEP_SCHEMA = {
  description:
    'Values to try, for each of one or a few keys: { "learning_rate": [1e-4, 2e-4], "lora_r": [8, 16] } makes four runs. `sft sweep` makes them; a single run takes the values above.',
  type: ['object', 'null'],
  additionalProperties: { type: 'array', minItems: 1, uniqueItems: true, examples: [[1e-4, 2e-4]] },
  default: null,
  examples: [{ learning_rate: [1e-4, 2e-4] }, { lora_r: [8, 16, 32] }],
} as const satisfies JsonSchema;
