import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { parseLlamaConfig } from './llama-config';

const json = JSON.parse(readFileSync('examples/tiny-llama/config.json', 'utf8')) as Record<string, unknown>;
const whole = parseLlamaConfig(json, 'config.json');

describe('config.json', () => {
  for (const [what, architectures] of [
    ['missing', undefined],
    ['null', null],
    ['empty', []],
    ['a list of nothing', [null]],
  ] as const) {
    it(`goes by model_type where architectures is ${what}`, () => {
      assert.deepEqual(parseLlamaConfig({ ...json, architectures }, 'config.json'), whole);
      const qwen = parseLlamaConfig({ ...json, architectures, model_type: 'qwen3' }, 'config.json');
      assert.equal(qwen.architecture, 'Qwen3ForCausalLM');
      assert.equal(qwen.qkNorm, 'heads');
    });
  }

  it('takes dynamic scaling as none, since it begins behind max_position_embeddings', () => {
    const rope_parameters = { rope_type: 'dynamic', factor: 2, rope_theta: whole.rope.theta };
    assert.deepEqual(parseLlamaConfig({ ...json, rope_parameters }, 'config.json'), whole);
  });

  it('refuses an unknown architecture with the list of those that there are', () => {
    assert.throws(
      () => parseLlamaConfig({ ...json, architectures: ['PhiForCausalLM'] }, 'config.json'),
      (error) => error instanceof SftError && /Phi3ForCausalLM \(Llama, SmolLM2, .*OLMo 2/.test(error.remedy ?? ''),
    );
  });

  const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ architectures: [], model_type: 'gpt2' }, /model_type "gpt2" is not supported/],
    [{ architectures: [], model_type: 'constructor' }, /model_type "constructor"/],
    [{ architectures: [], model_type: { toString: null } }, /model_type \{"toString":null\}/],
    [{ architectures: undefined, model_type: undefined }, /model_type unknown/],
    [{ architectures: ['BertModel'] }, /BertModel is not supported/],
    [{ num_hidden_layers: 1e9 }, /num_hidden_layers is 1000000000/],
    [{ vocab_size: 1e15 }, /vocab_size is 1000000000000000/],
    [{ hidden_size: '256' }, /hidden_size is "256"/],
    [{ hidden_act: 'gelu' }, /hidden_act "gelu" is not supported/],
    [{ partial_rotary_factor: 0.75 }, /partial_rotary_factor is not supported/],
    [{ rope_parameters: { rope_type: 'proportional' } }, /RoPE scaling of type "proportional"/],
    [{ rope_parameters: { rope_type: 'longrope', long_factor: [] } }, /short_factor is missing/],
    [{ rope_parameters: { rope_type: 'longrope', short_factor: [1] } }, /short_factor is not a list of/],
    [{ architectures: ['Phi3ForCausalLM'], partial_rotary_factor: 1.5 }, /partial_rotary_factor is 1.5/],
    [{ architectures: ['Phi3ForCausalLM'], partial_rotary_factor: 0.001 }, /partial_rotary_factor rotates 0 elements/],
    [{ architectures: ['SmolLM3ForCausalLM'], no_rope_layers: [1] }, /no_rope_layers is not a list of/],
    [
      { architectures: ['Gemma3ForCausalLM'], hidden_act: undefined, final_logit_softcapping: 30 },
      /final_logit_softcapping is not supported/,
    ],
  ];
  for (const [change, reason] of refused) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      assert.throws(
        () => parseLlamaConfig({ ...json, ...change }, 'config.json'),
        (error) => error instanceof SftError && reason.test(error.message) && error.exitCode === 2,
      );
    });
  }
});
