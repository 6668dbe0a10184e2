import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hubName, modelTitle } from './hub-cache';

it("knows a model of Hugging Face's cache by its name on the Hub, and no other", () => {
  assert.equal(hubName('/cache/hub/models--meta-llama--Llama-3.2-1B/snapshots/4e20de3'), 'meta-llama/Llama-3.2-1B');
  assert.equal(hubName('/cache/hub/models--gpt2/snapshots/607a30d'), 'gpt2');
  assert.equal(hubName('/cache/hub/datasets--squad--plain/snapshots/607a30d'), undefined);
  assert.equal(hubName('/models/llama'), undefined);
});

it('titles a model by that name, and any other by its folder', () => {
  assert.equal(modelTitle('/cache/hub/models--meta-llama--Llama-3.2-1B/snapshots/4e20de3'), 'meta-llama/Llama-3.2-1B');
  assert.equal(modelTitle('/models/llama'), 'llama');
});
