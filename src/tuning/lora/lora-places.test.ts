import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { readLlamaConfig } from '../../model/llama-config';
import { placesFor } from './lora-places';

const model = readLlamaConfig('examples/tiny-llama');
const LORA = { r: 2, lora_alpha: 4, lora_dropout: 0, use_rslora: false };

describe('where a configuration puts pairs', () => {
  it('the first expression that fits the end of a name gives its rank', () => {
    const places = placesFor(model, {
      ...LORA,
      target_modules: ['q_proj', 'up_proj'],
      rank_pattern: { 'layers.0.mlp.up_proj': 7, up_proj: 3 },
      alpha_pattern: { '.*self_attn.*': 9 },
    });
    const found = places.slice(0, 4).map(({ layer, projection, r, alpha }) => [layer, projection, r, alpha]);
    assert.deepEqual(found, [
      [0, 'q_proj', 2, 9],
      [0, 'up_proj', 7, 4],
      [1, 'q_proj', 2, 9],
      [1, 'up_proj', 3, 4],
    ]);
  });

  for (const [expression, reason] of [
    ['.*c_attn', /target_modules "\.\*c_attn" names no projection of the model/],
    ['(.*.*.*.*.*.*)*x', /takes too long/],
  ] as const) {
    it(`refuses ${expression}`, () => {
      assert.throws(
        () => placesFor(model, { ...LORA, target_modules: expression }),
        (error) =>
          error instanceof SftError && error.code === 'config' && error.exitCode === 2 && reason.test(error.message),
      );
    });
  }
});
