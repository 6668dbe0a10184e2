import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { PROJECTIONS, type ResolvedConfig } from '../../config/config-schema';
import { withDefaults } from '../../config/defaults';
import { readLlamaConfig } from '../../model/llama-config';
import type { ModuleName } from '../../model/modules';
import { loraConfigOf } from './lora-config';
import { placesFor } from './lora-places';

const model = readLlamaConfig('examples/tiny-llama');
const phi = readLlamaConfig('test/reference/models/phi3');
const DEFAULTS = withDefaults({}) as ResolvedConfig;
const LORA = { r: 2, lora_alpha: 4, lora_dropout: 0, use_rslora: false };

describe('where a configuration puts pairs', () => {
  it('the first expression that fits the end of a name gives its rank', () => {
    const places = placesFor(model, {
      ...LORA,
      target_modules: ['q_proj', 'up_proj'],
      rank_pattern: { 'layers.0.mlp.up_proj': 7, up_proj: 3 },
      alpha_pattern: { '.*self_attn.*': 9 },
    });
    const found = places.slice(0, 4).map(({ layer, module, r, alpha }) => [layer, module, r, alpha]);
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

  it('the names of projections that are one matrix mean it, and none of them does alone', () => {
    const targets = (target_modules: readonly ModuleName[] | 'all-linear'): readonly string[] => {
      const config = loraConfigOf({ ...DEFAULTS, target_modules }, { config: phi });
      return placesFor(phi, config)
        .filter(({ layer }) => layer === 1)
        .map(({ module }) => module);
    };
    const all = ['qkv_proj', 'o_proj', 'gate_up_proj', 'down_proj'];
    assert.deepEqual(targets('all-linear'), all);
    assert.deepEqual(targets(PROJECTIONS), all);
    assert.deepEqual(targets(['o_proj', 'v_proj', 'q_proj', 'k_proj']), ['qkv_proj', 'o_proj']);
    assert.deepEqual(targets(['gate_up_proj', 'up_proj', 'gate_proj']), ['gate_up_proj']);
    assert.throws(
      () => targets(['q_proj', 'o_proj']),
      (error) =>
        error instanceof SftError &&
        error.message.includes('the model has no q_proj') &&
        error.remedy === `name some of ${all.join(', ')}`,
    );
  });
});
