import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkText } from '../dataset/read';
import { ALL_CONTENT_RULES } from '../dataset/rules';
import { applyEdits, editParts, editsOf, fixAllEdits } from './fix-all';

describe('editParts', () => {
  it('sums up rounds of edits as edits of the original', () => {
    const original = 'abcdefghij';
    const rounds = [
      [
        { start: 2, end: 4, text: 'XYZ' },
        { start: 6, end: 6, text: '+' },
        { start: 10, end: 10, text: '!' },
      ],
      // Of abXYZef+ghij!: from the original into a text put in, and over a whole one.
      [
        { start: 1, end: 3, text: '-' },
        { start: 6, end: 9, text: '' },
        { start: 13, end: 13, text: '?' },
      ],
    ];
    let text = original;
    let parts = [{ from: 0, to: original.length }] as Parameters<typeof editParts>[0];
    for (const edits of rounds) {
      text = applyEdits(text, edits);
      parts = editParts(parts, edits);
    }
    assert.equal(text, 'a-YZehij!?');
    const edits = editsOf(parts, original);
    assert.ok(edits.length > 1);
    assert.equal(applyEdits(original, edits), text);
    for (const [i, edit] of edits.entries()) if (i > 0) assert.ok(edit.start >= edits[i - 1]!.end);
  });
});

describe('fixAllEdits', () => {
  const run = (text: string, rules = {}): string => {
    const work = fixAllEdits('data.json', text, { rules });
    for (;;) {
      const step = work.next();
      if (step.done === true) return applyEdits(text, step.value);
    }
  };

  it('leaves a clean file as it is', () => {
    const text = '[\n  {"question": "What is it?", "answer": "A test."}\n]\n';
    assert.equal(run(text), text);
  });

  it('leaves what an example ignores as it is, also where its neighbours are repaired', () => {
    const padded = '{"question": " What is it? ", "answer": "A test."}';
    const clean = padded.replace('" What is it? "', '"What is it?"');
    const ignoring = (source: string, rule: string): string => source.replace('{', `{"sft-ignore": "${rule}", `);
    const before = [padded, ignoring(padded, 'padded-text'), ignoring(padded, 'mojibake')];
    const after = [clean, ignoring(padded, 'padded-text'), ignoring(clean, 'mojibake')];
    assert.equal(run(`[\n${before.join(',\n')},\n]`), `[\n${after.join(',\n')}\n]`);
    const garbled = '{"question": "What is due?", "answer": "â‚¦5,000 are due."}';
    const kept = ignoring(garbled, 'mojibake');
    assert.equal(run(`[${garbled}, ${kept}]`), `[${garbled.replace('â‚¦', '₦')}, ${kept}]`);
  });

  const broken = '[\n  {"question": " What is it? ", "answer": "A\\u200b test."},\n]\n';

  it('leaves no safe repair to make, and none of a rule that is off', () => {
    const findings = (text: string) =>
      checkText('data.json', text, ALL_CONTENT_RULES).flatMap((i) => (i.type === 'finding' ? [i.finding] : []));
    const repaired = run(broken);
    assert.ok(findings(broken).some((finding) => finding.fixes.some((fix) => fix.safe)));
    for (const finding of findings(repaired)) assert.ok(!finding.fixes.some((fix) => fix.safe), finding.rule);
    const off = Object.fromEntries(findings(broken).map(({ rule }) => [rule, 'off'] as const));
    assert.equal(run(broken, off), broken);
  });
});
