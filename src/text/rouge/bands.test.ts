import assert from 'node:assert/strict';
import { it } from 'node:test';
import { rougeBand } from './bands';

it("names the tutorial's bands, both ends of fair included", () => {
  const words = (metric: 'rouge1' | 'rougeL', values: readonly number[]): (string | undefined)[] =>
    values.map((value) => rougeBand(metric, value, 30));
  assert.deepEqual(words('rouge1', [0.19, 0.2, 0.4, 0.41]), ['poor', 'fair', 'fair', 'good']);
  assert.deepEqual(words('rougeL', [0.09, 0.1, 0.3, 0.31]), ['poor', 'fair', 'fair', 'good']);
  assert.equal(rougeBand('rouge2', 0.9, 30), undefined);
  assert.equal(rougeBand('rouge1', 0.3, 29), undefined, 'a handful of answers gets no verdict');
});
