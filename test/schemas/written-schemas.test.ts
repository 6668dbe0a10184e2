import { toJsonSchema } from '@valibot/to-json-schema';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CONFIG_SCHEMA } from '../../src/config/config-schema';
import { schemaFileText, type JsonSchema } from '../../src/base/json-schema';
import { EVALUATION_SCHEMA, EXAMPLE_LOSS_SCHEMA, PREDICTION_SCHEMA } from '../../src/runs/folder/evaluation-schema';
import { EVENT_SCHEMA } from '../../src/runs/folder/event-schema';
import { EXPORTS_SCHEMA } from '../../src/runs/folder/exports-schema';
import { RATINGS_SCHEMA } from '../../src/runs/folder/ratings-schema';
import { RUN_CONFIG_SCHEMA } from '../../src/runs/folder/run-config';
import { RUN_CONFIG, RUN_SCHEMA } from '../../src/runs/folder/run-schema';
import { CONTROL_SCHEMA, STATE_SCHEMA } from '../../src/runs/folder/state-schema';

/** Stands for the configuration in run.json, which has a JSON Schema of its own. */
const CONFIG_HERE = 'configuration';

/** A shape as the file that tools of other people read. */
function fileOf(shape: Parameters<typeof toJsonSchema>[0]): JsonSchema {
  const written = toJsonSchema(shape, {
    target: 'draft-07',
    ignoreActions: ['finite', 'safe_integer', 'iso_timestamp', 'raw_transform'],
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema === RUN_CONFIG.pipe[0] ? { $comment: CONFIG_HERE } : undefined,
  });
  return JSON.parse(
    JSON.stringify(written).replace(`{"$comment":"${CONFIG_HERE}"}`, JSON.stringify(RUN_CONFIG_SCHEMA)),
  ) as JsonSchema;
}

const FILES: Readonly<Record<string, JsonSchema>> = {
  config: CONFIG_SCHEMA,
  run: fileOf(RUN_SCHEMA),
  events: fileOf(EVENT_SCHEMA),
  state: fileOf(STATE_SCHEMA),
  control: fileOf(CONTROL_SCHEMA),
  evaluation: fileOf(EVALUATION_SCHEMA),
  prediction: fileOf(PREDICTION_SCHEMA),
  loss: fileOf(EXAMPLE_LOSS_SCHEMA),
  ratings: fileOf(RATINGS_SCHEMA),
  exports: fileOf(EXPORTS_SCHEMA),
};

describe('schemas/', () => {
  for (const [name, schema] of Object.entries(FILES)) {
    it(`${name}.schema.json is what src says (SFT_UPDATE_SCHEMAS=1 rewrites it)`, () => {
      const file = `schemas/${name}.schema.json`;
      if (process.env['SFT_UPDATE_SCHEMAS'] === '1') writeFileSync(file, schemaFileText(schema));
      assert.equal(readFileSync(file, 'utf8'), schemaFileText(schema));
    });
  }
});
