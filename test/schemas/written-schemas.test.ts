import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CONFIG_SCHEMA } from '../../src/config/config-schema';
import { schemaFileText, type JsonSchema } from '../../src/base/json-schema';
import { EVALUATION_SCHEMA, PREDICTION_SCHEMA } from '../../src/runs/folder/evaluation-schema';
import { EVENT_SCHEMA } from '../../src/runs/folder/event-schema';
import { RATINGS_SCHEMA } from '../../src/runs/folder/ratings-schema';
import { RUN_SCHEMA } from '../../src/runs/folder/run-schema';
import { CONTROL_SCHEMA, STATE_SCHEMA } from '../../src/runs/folder/state-schema';

const FILES: Readonly<Record<string, JsonSchema>> = {
  config: CONFIG_SCHEMA,
  run: RUN_SCHEMA,
  events: EVENT_SCHEMA,
  state: STATE_SCHEMA,
  control: CONTROL_SCHEMA,
  evaluation: EVALUATION_SCHEMA,
  prediction: PREDICTION_SCHEMA,
  ratings: RATINGS_SCHEMA,
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
