import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lengthFindings, remarkFindings } from './length-findings';

const START = { line: 1, column: 1, offset: 0 };

describe('findings of tokens', () => {
  it('tell an example that is asked otherwise than it is trained from a template that does so with every one', () => {
    const length = {
      ...{ tokens: 4, trained: 2, truncated: 0, answers: 1, trainedAnswers: 1 },
      problem: { kind: 'joined', asked: 'A: <think>', trained: 'A: b' },
    } as const;
    const [own] = lengthFindings('a.json', START, length, 512, false);
    const [all] = remarkFindings('a.json', START, [
      { rule: 'asked-otherwise', message: 'the template - choose another' },
    ]);
    assert.deepEqual([own?.rule, all?.rule], ['asked-otherwise', 'asked-otherwise']);
    assert.deepEqual([own?.severity, own?.aboutFile], ['error', undefined]);
    assert.deepEqual([all?.severity, all?.aboutFile], ['warning', true]);
  });
});
