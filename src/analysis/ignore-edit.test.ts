import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyEdits } from './fix-all';
import { ignoreEdit } from './ignore-edit';

describe('ignoreEdit', () => {
  const after = (source: string): string => applyEdits(source, [ignoreEdit(source, 'some-rule')!]);

  it('adds the key as the others stand', () => {
    assert.equal(after('{"question": "a"}'), '{"question": "a", "sft-ignore": "some-rule"}');
    assert.equal(after('{\n  "question": "a"\n}'), '{\n  "question": "a",\n  "sft-ignore": "some-rule"\n}');
    assert.equal(after('{}'), '{"sft-ignore": "some-rule"}');
  });

  it('adds to the rules that are ignored already', () => {
    assert.equal(after('{"sft-ignore": "other"}'), '{"sft-ignore": "other, some-rule"}');
  });
});
