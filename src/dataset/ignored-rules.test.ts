import assert from 'node:assert/strict';
import { it } from 'node:test';
import { IgnoredRules } from './ignored-rules';
import { checkText } from './read';

it('leaves out the findings that an example names under sft-ignore, and no others', () => {
  const text = [
    '{"question": "a?", "answer": "b"}',
    '{"question": "a?", "answer": "b", "sft-ignore": "over-length, exact-duplicate"}',
    '{"question": "a?", "answer": "b", "sft-ignore": "over-length"}',
  ].join('\n');
  const ignored = new IgnoredRules();
  const items = checkText('data.jsonl', text).filter((item) => !ignored.ignores(item));
  const duplicates = items.flatMap((item) =>
    item.type === 'finding' && item.finding.rule === 'exact-duplicate' ? [item.finding.line] : [],
  );
  assert.deepEqual(duplicates, [3]);
});
