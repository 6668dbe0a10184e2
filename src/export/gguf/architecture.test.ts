import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { parseLlamaConfig } from '../../model/llama-config';
import { architectureOf, contextLength } from './architecture';

/** What llama.cpp computes otherwise, by the fixture that is changed to have it. */
const REFUSED: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ['smollm3', {}, /every fourth layer of SmolLM3 to be without positions/],
  [
    'smollm3',
    { no_rope_layers: [1, 1, 1, 0], attention_bias: true },
    /not support attention_bias in SmolLM3ForCausalLM/,
  ],
  ['gemma3', {}, /every sixth layer of Gemma 3/],
  ['olmo2', { tie_word_embeddings: true }, /OLMo 2 to have a head of its own/],
  ['olmo2', { head_dim: 16 }, /the heads of OLMo 2/],
  ['yarn', { rope_parameters: yarn({ attention_factor: 1 }) }, /one form of RoPE scaling of type yarn/],
  ['yarn', { rope_parameters: yarn({ truncate: false }) }, /one form of RoPE scaling of type yarn/],
  ['phi3', { rope_parameters: yarn({}) }, /not support RoPE scaling of type yarn for Phi3ForCausalLM/],
  [
    'granite',
    { rope_scaling: { type: 'longrope', short_factor: ones(), long_factor: ones() }, rope_parameters: null },
    /not support RoPE scaling of type longrope/,
  ],
];

function yarn(more: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { rope_type: 'yarn', rope_theta: 10_000, factor: 4, original_max_position_embeddings: 64, ...more };
}

function ones(): readonly number[] {
  return new Array<number>(8).fill(1);
}

describe('what llama.cpp computes otherwise', () => {
  for (const [fixture, change, reason] of REFUSED) {
    it(`${fixture} with ${JSON.stringify(change)} is refused`, () => {
      const file = `test/reference/models/${fixture}/config.json`;
      const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      assert.throws(
        () => architectureOf(parseLlamaConfig({ ...json, ...change }, file)),
        (error) =>
          error instanceof SftError &&
          error.code === 'export-impossible' &&
          error.exitCode === 2 &&
          reason.test(error.message),
      );
    });
  }

  it('Gemma 3 with another factor on attention or another rotary base is refused', () => {
    const file = 'test/reference/models/gemma3/config.json';
    const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const layer_types = ['sliding_attention', 'sliding_attention', 'sliding_attention'];
    const refused = (change: Readonly<Record<string, unknown>>, reason: RegExp): void => {
      assert.throws(() => architectureOf(parseLlamaConfig({ ...json, layer_types, ...change }, file)), reason);
    };
    refused({}, /query_pre_attn_scalar to be 16/);
    const rope = json['rope_parameters'] as Readonly<Record<string, object>>;
    const sliding_attention = { ...rope['sliding_attention'], rope_theta: 20_000 };
    refused(
      { query_pre_attn_scalar: 16, rope_parameters: { ...rope, sliding_attention } },
      /layers with a window to have a rotary base of 10000/,
    );
  });

  it('of longrope, the context ends where llama.cpp would take the long factors for all positions', () => {
    const rope_scaling = { type: 'longrope', short_factor: [1, 1, 1, 1], long_factor: [2, 2, 2, 2] };
    const json = { architectures: ['Phi3ForCausalLM'], hidden_size: 16, num_attention_heads: 2, rope_scaling };
    const sizes = { num_hidden_layers: 1, intermediate_size: 8, vocab_size: 9, num_key_value_heads: 2 };
    const positions = { max_position_embeddings: 2048, original_max_position_embeddings: 512 };
    const rest = { rms_norm_eps: 1e-5, rope_theta: 10_000 };
    assert.equal(contextLength(parseLlamaConfig({ ...json, ...sizes, ...positions, ...rest }, 'config.json')), 512);
  });
});
