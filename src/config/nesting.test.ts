import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkConfigText } from './advise';
import { configHover } from './hover';
import { tooDeepAt } from './nesting';
import { valueChoices } from './value-choices';

const DEEP = 20_000;

describe('a configuration that is nested deeply', () => {
  for (const [name, text] of [
    ['in lists', `{"model_name": ${'['.repeat(DEEP)}`],
    ['in objects', `{"split": ${'{"a":'.repeat(DEEP)}`],
    ['behind closing brackets that close nothing', `{"columns": [${'}'.repeat(DEEP)}, ${'['.repeat(DEEP)}`],
    ['between closing brackets of the other kind', `{"columns": ${'[},'.repeat(DEEP)}`],
  ] as const) {
    it(`${name} is told at its place, and has no hover and no choices`, () => {
      const [finding, ...more] = checkConfigText(text, 'sft.config.json');
      assert.match(finding?.message ?? '', /nested too deeply for a configuration - check that this is the right file/);
      assert.deepEqual(more, []);
      assert.equal(configHover(text, text.length, 'sft.config.json', {}, true), undefined);
      assert.equal(valueChoices(text, text.length), undefined);
    });
  }

  it('but not so deeply that no key needs it is read', () => {
    assert.equal(tooDeepAt('{"split": {"train": 1}, "target_modules": ["q_proj"]} // [[['), undefined);
    assert.equal(tooDeepAt('{"model_name": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}'), undefined);
  });
});
