import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAtLeast } from './requirements';

describe('isAtLeast', () => {
  it('compares versions by their numbers', () => {
    for (const [version, other] of [
      ['2.15.0+cu132', '2.6'],
      ['2.6', '2.6.0'],
      ['3.10.1', '3.10'],
      ['0.50.2.dev0', '0.48'],
      ['2.6.0rc1', '2.6'],
    ] as const) {
      assert.ok(isAtLeast(version, other), `${version} ${other}`);
    }
    assert.ok(!isAtLeast('3.9.18', '3.10'));
    assert.ok(!isAtLeast('1.13.1', '2.6'));
  });
});
