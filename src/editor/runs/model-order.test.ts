import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inLikelyOrder, type OfferedModel } from './model-order';

const offered = (target: string, detail?: string): OfferedModel => ({
  label: target,
  target,
  ...(detail === undefined ? {} : { detail }),
});

it('models are offered with the selected one first, then that of the last run, the sample last, none twice', () => {
  const found = ['/w/tiny-llama', '/w/small', '/w/large', 'org/name'].map((target) => offered(target));
  const order = (selected?: string, last?: string): string[] =>
    inLikelyOrder(
      selected === undefined ? undefined : offered(selected, 'selected'),
      last === undefined ? undefined : offered(last, 'last'),
      found,
      'tiny-llama',
    ).map(({ target, detail }) => `${target}${detail === undefined ? '' : ` ${detail}`}`);
  assert.deepEqual(order(), ['/w/small', '/w/large', 'org/name', '/w/tiny-llama']);
  assert.deepEqual(order('org/name', '/w/large'), ['org/name selected', '/w/large last', '/w/small', '/w/tiny-llama']);
  assert.deepEqual(order('/w/tiny-llama', '/w/tiny-llama'), [
    '/w/tiny-llama selected',
    '/w/small',
    '/w/large',
    'org/name',
  ]);
});
