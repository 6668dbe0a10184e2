import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { readLlamaConfig } from '../../model/llama-config';
import { chosenTokens, readTokenIndices } from './trainable-tokens';

const untied = readLlamaConfig('test/reference/models/llama3');
const tied = readLlamaConfig('test/reference/models/llama32');
const chat = {
  tokenizer: { encode: () => [], tokenId: (token: string) => (token === '<|end|>' ? 9 : undefined) },
  templateIds: [9, 4],
};

describe('trained tokens', () => {
  it('are those of the template, or named by text or id; of the head too where it has rows of its own', () => {
    const chosen = (config: typeof untied, trainable_tokens: readonly (string | number)[] | 'template') =>
      chosenTokens({ config, chat }, { trainable_tokens: trainable_tokens });
    assert.deepEqual(chosen(tied, 'template'), { embed_tokens: [4, 9] });
    assert.deepEqual(chosen(untied, ['<|end|>', 2, 9]), { embed_tokens: [2, 9], lm_head: [2, 9] });
    assert.equal(chosenTokens({ config: tied, chat }, { trainable_tokens: null }), undefined);
    for (const [token, reason] of [
      ['<|nothing|>', /"<\|nothing\|>" is not a token/],
      [tied.vocabSize, /has token ids 0 to 156, not 157/],
    ] as const) {
      assert.throws(
        () => chosen(tied, [token]),
        (error) => error instanceof SftError && error.code === 'config' && reason.test(error.message),
      );
    }
  });

  it('are read as PEFT writes them, and refused where a tied model cannot have them', () => {
    const read = (value: unknown, config = untied) => readTokenIndices(value, config, (reason) => new Error(reason));
    assert.equal(read(null), undefined);
    assert.deepEqual(read([3, 1]), { embed_tokens: [3, 1] });
    assert.deepEqual(read({ lm_head: [3] }), { lm_head: [3] });
    assert.deepEqual(read({ embed_tokens: [3], lm_head: [3] }, tied), { embed_tokens: [3] });
    assert.throws(() => read({ lm_head: [3] }, tied), /one matrix for both/);
    assert.throws(() => read({ embed_tokens: [3], lm_head: [4] }, tied), /one matrix for both/);
    for (const value of [[], [3, 3], [-1], [1e6], ['a'], 'x', { q_proj: [1] }, { embed_tokens: [] }]) {
      assert.throws(() => read(value), /trainable_token_indices/, JSON.stringify(value));
    }
  });
});
