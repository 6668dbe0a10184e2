import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KINDS, REQUIRED_KEYS } from '../../dataset/formats/kind';
import { knownKeys, objectAt, type ObjectAt } from './dataset-keys';

function at(text: string): ObjectAt | undefined {
  const offset = text.indexOf('|');
  return objectAt(text.slice(0, offset) + text.slice(offset + 1), offset);
}

describe('the object around the cursor', () => {
  const cases: readonly (readonly [string, Partial<ObjectAt>])[] = [
    ['[{|}]', { keys: [], key: undefined, listKey: undefined, hasValue: false, needsComma: false }],
    ['[{"|"}]', { keys: [], key: '', start: 2, end: 4 }],
    ['[{"|', { keys: [], key: '', start: 2, end: 3 }],
    ['[{"que|"}]', { key: 'que', start: 2, end: 7, hasValue: false }],
    ['[{"que|stion": "Q"}]', { key: 'question', start: 2, end: 12, hasValue: true }],
    ['{"question": "Q", |}', { keys: ['question'], key: undefined, start: 18, end: 18 }],
    ['{"question": "Q",\n  "ans|\n}', { keys: ['question'], key: 'ans' }],
    ['{"question": "Q", | "agency": "A"}', { keys: ['question', 'agency'], needsComma: true }],
    ['{"question": "a \\" { b", |}', { keys: ['question'] }],
    ['{"messages": [{"role": "user", |}]}', { listKey: 'messages', keys: ['role'] }],
    ['[{"conversations": [{"from": "human", "value": "x"}, {|}]}]', { listKey: 'conversations', keys: [] }],
    ['{"question": "1"}\n{|}\n{"question": "3"}', { listKey: undefined, keys: [] }],
    // The part begins in the middle of the file: what was opened before is not seen.
    ['"answer": "x"},\n{"question": "Q", |}', { listKey: undefined, keys: ['question'] }],
  ];
  for (const [text, expected] of cases) {
    it(text.replaceAll('\n', ' ⏎ '), () => {
      const found = at(text);
      assert.ok(found);
      const chosen = Object.fromEntries(Object.keys(expected).map((key) => [key, found[key as keyof ObjectAt]]));
      assert.deepEqual(chosen, expected);
    });
  }

  for (const text of [
    '[|]',
    '{"question": |}',
    '{"question": "wh|at"}',
    '{"question"|: "x"}'.replace('"|', '" |'),
    '{"a": [1, |]}',
    '|',
  ]) {
    it(`${text}: no place for a key`, () => {
      assert.equal(at(text), undefined);
    });
  }
});

describe('known keys', () => {
  for (const kind of KINDS) {
    it(`${kind}: what is needed comes first, all are explained`, () => {
      const keys = knownKeys(kind, undefined);
      const needed = REQUIRED_KEYS[kind];
      assert.deepEqual(
        keys.slice(0, needed.length).map((key) => key.name),
        needed,
      );
      for (const key of keys) assert.ok(key.description.length > 10, key.name);
    });
  }

  it('the turns of a conversation have their own', () => {
    assert.deepEqual(
      knownKeys('messages', 'messages')
        .map((key) => key.name)
        .slice(0, 2),
      ['role', 'content'],
    );
    assert.deepEqual(
      knownKeys('sharegpt', 'conversations')
        .map((key) => key.name)
        .slice(0, 2),
      ['from', 'value'],
    );
    assert.deepEqual(knownKeys('qa', 'anything'), []);
  });
});
