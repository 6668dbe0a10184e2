import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { parseConfig } from '../../src/config/parse-config';
import { preflight } from '../../src/runs/preflight/preflight';

it('preflight does not hold the memory of a run on a card against that of the computer', async () => {
  const config = parseConfig(
    JSON.stringify({
      model_name: path.resolve('examples/tiny-llama'),
      dataset: path.resolve('examples/service-desk.json'),
      device: 'webgpu',
    }),
    path.resolve('sft.config.json'),
  );
  const { checks } = await preflight(config, { available: 1 });
  const memory = checks.find(({ id }) => id === 'memory');
  assert.equal(memory?.status, 'ok');
  assert.match(memory.message, /^the run needs about .* on .*, which does not report how much it has$/);
});
