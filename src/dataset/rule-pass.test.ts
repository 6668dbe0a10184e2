import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding, Severity } from './finding';
import { checkText } from './read';
import { crossRule, type CrossRule, type ExampleAt, type RuleFinding } from './rule';
import { Comparison, findingAt, reporter } from './rule-pass';
import { ALL_CONTENT_RULES } from './rules';

const FIX = { title: 'Repair it', safe: false, edits: [{ start: 1, end: 2, text: 'x' }] };
const FOUND: RuleFinding = { rule: 'doubtful', start: 0, end: 3, message: 'a - b', fixes: [FIX] };

describe('reporter', () => {
  /** What is left of a finding: its severity and how many fixes it offers. */
  function kept(finding: RuleFinding, ignored: readonly string[], table = false): [Severity, number][] {
    const left: [Severity, number][] = [];
    reporter({ severity: 'warning' }, { ignored, table }, (_, severity, fixes) => left.push([severity, fixes.length]))(
      finding,
    );
    return left;
  }

  it('gives a finding the severity of its rule where it has none of its own', () => {
    assert.deepEqual(kept(FOUND, []), [['warning', 1]]);
    assert.deepEqual(kept({ ...FOUND, severity: 'info' }, []), [['info', 1]]);
  });
  it('leaves out what the example ignores, but no error', () => {
    assert.deepEqual(kept(FOUND, ['other', 'doubtful']), []);
    assert.deepEqual(kept(FOUND, ['other']), [['warning', 1]]);
    assert.deepEqual(kept({ ...FOUND, severity: 'error' }, ['doubtful']), [['error', 1]]);
  });
  it('offers no fixes in a table', () => {
    assert.deepEqual(kept(FOUND, [], true), [['warning', 0]]);
  });
});

/** Where the example number `index` stands: one a line, each of ten characters. */
function at(index: number): ExampleAt {
  const line = index + 1;
  const subject = (): never => assert.fail('no rule here reads an example');
  return {
    file: 'x.jsonl',
    line,
    column: 1,
    endLine: line,
    endColumn: 11,
    offset: index * 11,
    endOffset: index * 11 + 10,
    subject,
  };
}

/** Reports each example whose digest is what it is given: a part of it, all of it, and once more at the end of the file. */
function reporting(id: string, digest: string): CrossRule {
  const { start: from, end: to, ...whole } = { ...FOUND, rule: id };
  return crossRule<string>({
    id,
    severity: 'info',
    digest: () => digest,
    start() {
      const places: ExampleAt[] = [];
      return {
        add(given, place, report) {
          if (given !== digest) return;
          report({ ...whole, start: from, end: to });
          report(whole);
          places.push({ ...place });
        },
        finish(report) {
          for (const place of places) report({ rule: id, place, message: 'at the end', fixes: [FIX] });
        },
      };
    },
  });
}

describe('Comparison', () => {
  /** Findings as `line rule offset message` with the starts of their fixes. @param examples digest and ignored rules of each */
  function compared(examples: readonly (readonly [digest: string, ...ignored: string[]])[], table = false): string[] {
    const found: Finding[] = [];
    let here = at(0);
    const comparison = new Comparison([reporting('one', 'a'), reporting('two', 'b')], {
      table,
      place: (finding, severity, fixes) => findingAt({ ...here, offset: here.offset + 5 }, finding, severity, fixes),
      add: (finding) => found.push(finding),
    });
    for (const [i, [digest, ...ignored]] of examples.entries()) {
      here = at(i);
      comparison.next(here, ignored);
      comparison.compare(0, digest);
      comparison.compare(1, digest);
    }
    comparison.finish();
    return found.map(({ line, rule, offset, message, fixes, severity }) => {
      assert.equal(severity, 'info');
      return [line, rule, offset, message, ...fixes.map(({ edits }) => edits[0]!.start)].join(' ');
    });
  }

  it('places a part by the caller, a whole example where it stands, and what the end tells where it says', () => {
    assert.deepEqual(compared([['-'], ['a'], ['b']]), [
      '2 one 16 a - b 1',
      '2 one 11 a - b 12',
      '3 two 27 a - b 1',
      '3 two 22 a - b 23',
      '2 one 11 at the end 1',
      '3 two 22 at the end 1',
    ]);
  });
  it('lets each example ignore its own findings, those made at the end too', () => {
    const left = compared([['a', 'one'], ['a'], ['b', 'one'], ['b', 'one', 'two']]);
    assert.deepEqual(
      left.map((finding) => finding.slice(0, 5)),
      ['2 one', '2 one', '3 two', '3 two', '2 one', '3 two'],
    );
  });
  it('offers no fixes in a table', () => {
    assert.deepEqual(compared([['a']], true), ['1 one 5 a - b', '1 one 0 a - b', '1 one 0 at the end']);
  });
});

describe('the rules of a file', () => {
  it('run in the order of their list, whether they compare examples or not', () => {
    const row = JSON.stringify({ question: 'a?', answer: 'b', agncy: 'CAC' });
    const rules = checkText('x.jsonl', `${row}\n${row}`, ALL_CONTENT_RULES).flatMap((item) =>
      item.type === 'finding' && item.finding.line === 2 ? [item.finding.rule] : [],
    );
    assert.deepEqual(rules.slice(0, 2), ['exact-duplicate', 'misspelt-key']);
  });
});
