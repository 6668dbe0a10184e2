import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkText } from '../dataset/read';
import { ALL_CONTENT_RULES } from '../dataset/rules';
import { createRandom, type Random } from '../base/random';
import { analyseOnce } from './analyse-once';
import { exampleRowsIn } from './example-table';
import type { AnalysisResult, AnalysisSettings } from './protocol';
import { TextAnalysis } from './text-analysis';
import { TokenCounts } from './token-counts';

const settings: AnalysisSettings = {
  modelFolder: undefined,
  maxSeqLength: 40,
  rules: {},
  nearDuplicateThreshold: 0.8,
};
const counts = new TokenCounts(undefined, undefined, undefined);

function finish(analysis: TextAnalysis, version: number): AnalysisResult {
  const work = analysis.work(version, counts);
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}

const WORDS = 'the office opens at nine and you bring a form with two photographs to renew it before noon'.split(' ');
const PARTS = [
  '"',
  ',',
  '{',
  '}',
  '[',
  ']',
  '\n',
  '\r\n',
  '\\',
  ':',
  ' ',
  'a',
  'TODO',
  '{"question": "q?", "answer": "a"},',
];

function row(random: Random): string {
  const words = (count: number): string =>
    Array.from({ length: count }, () => WORDS[random.below(WORDS.length)]!).join(' ');
  const agency = ['NIS', 'N.I.S.', 'FIRS'][random.below(3)];
  return JSON.stringify({ question: `${words(3)}?`, answer: words(1 + random.below(30)), agency });
}

/** Everything that a person sees but the time it took. */
function seen(result: AnalysisResult, findings: readonly unknown[]): unknown {
  return { ...result, version: 0, milliseconds: 0, examples: [...result.examples], findings };
}

describe('TextAnalysis', () => {
  const forms: readonly [string, (rows: readonly string[]) => string][] = [
    ['a.json', (rows) => `[\n  ${rows.join(',\n  ')}\n]\n`],
    ['b.json', (rows) => `[${rows.join(',')}]`],
    ['c.jsonl', (rows) => rows.join('\r\n')],
  ];
  for (const [file, write] of forms) {
    it(`says of ${file} after any edit what it says of the text read anew`, () => {
      const random = createRandom(file.charCodeAt(0));
      let text = write(Array.from({ length: 60 }, () => row(random)));
      const analysis = new TextAnalysis(file, text, settings);
      finish(analysis, 0);
      for (let version = 1; version <= 150; version++) {
        const offset = random.below(text.length + 1);
        const length = random.below(4) === 0 ? Math.min(text.length - offset, random.below(60)) : 0;
        const inserted = random.below(3) === 0 ? '' : PARTS[random.below(PARTS.length)]!;
        const before = text;
        const edits = [{ offset, length, text: inserted }];
        text = text.slice(0, offset) + inserted + text.slice(offset + length);
        // Most edits are undone, so that the text stays one that a person might have.
        const undone = random.below(4) > 0;
        analysis.change(edits);
        const fresh = analyseOnce(file, text, settings, counts);
        assert.deepEqual(
          seen(finish(analysis, version), analysis.findings()),
          seen(fresh.result, fresh.findings),
          JSON.stringify(edits),
        );
        if (!undone) continue;
        analysis.change([{ offset, length: inserted.length, text: before.slice(offset, offset + length) }]);
        text = before;
      }
    });
  }

  it('compares what comes, goes and comes back with what has been there all along', () => {
    const random = createRandom(5);
    const rows = Array.from({ length: 40 }, () => row(random));
    // The longer ones have near-duplicates, and every one an exact copy.
    const almost = (text: string): string => text.replace('","agency', ' tomorrow","agency');
    let text = rows.join('\n');
    const analysis = new TextAnalysis('c.jsonl', text, settings);
    let version = 0;
    const told = (): Record<string, number> => {
      const { result, findings } = analyseOnce('c.jsonl', text, settings, counts);
      const own = finish(analysis, ++version);
      assert.deepEqual(seen(own, analysis.findings()), seen(result, findings));
      return own.findingsByRule;
    };
    const start = told();
    const found = { 'exact-duplicate': 0, 'near-duplicate': 0, 'contradictory-answers': 0 };
    for (const line of rows) {
      const other = line.replace(/"answer": ?"[^"]*"/, '"answer": "Never."');
      for (const copy of [line, almost(line), other]) {
        const added = `\n${copy}`;
        analysis.change([{ offset: text.length, length: 0, text: added }]);
        const before = text;
        text += added;
        const now = told();
        for (const rule of Object.keys(found) as (keyof typeof found)[]) {
          if ((now[rule] ?? 0) > (start[rule] ?? 0)) found[rule]++;
        }
        analysis.change([{ offset: before.length, length: added.length, text: '' }]);
        text = before;
      }
    }
    assert.deepEqual(told(), start);
    assert.ok(found['exact-duplicate'] >= 40 && found['near-duplicate'] > 10, JSON.stringify(found));
    assert.ok(found['contradictory-answers'] > 10, JSON.stringify(found));
  });

  it('counts what is looked at first, and then the rest as ever', () => {
    const random = createRandom(5);
    const text = Array.from({ length: 500 }, () => row(random)).join('\n');
    const analysis = new TextAnalysis('l.jsonl', text, settings);
    const work = analysis.work(1, counts);
    const first = { from: text.indexOf('\n'), to: text.indexOf('\n') + 2000 };
    const last = { from: text.length - 500, to: text.length };
    const inSight = (result: AnalysisResult, { from, to }: typeof first): number[] =>
      exampleRowsIn(result.examples, from, to).map(({ tokens }) => tokens);
    const whole = analyseOnce('l.jsonl', text, settings, counts).result;
    analysis.look(first.from, first.to);
    const partial: AnalysisResult[] = [];
    let step = work.next();
    for (; step.done !== true; step = work.next()) {
      if (step.value === undefined) continue;
      partial.push(step.value);
      if (partial.length === 1) analysis.look(last.from, last.to);
    }
    assert.deepEqual(inSight(partial[0]!, first), inSight(whole, first));
    assert.deepEqual(new Set(inSight(partial[0]!, last)), new Set([-1]));
    assert.deepEqual(inSight(partial[1]!, last), inSight(whole, last));
    assert.deepEqual(
      seen(step.value, analysis.findings()),
      seen(whole, analyseOnce('l.jsonl', text, settings, counts).findings),
    );
  });

  it('finds what sft validate finds', () => {
    for (const [file, write] of forms) {
      const random = createRandom(9);
      const rows = Array.from({ length: 80 }, () => row(random));
      const text = write([...rows, rows[3]!, '{"question": "q", "answer": " x "}', '{"question": 1}']);
      const { findings } = analyseOnce(file, text, settings, counts);
      const lengths = new Set(['over-length', 'answer-lost']);
      const expected = checkText(file, text, ALL_CONTENT_RULES).flatMap((item) =>
        item.type === 'finding' ? [item.finding] : [],
      );
      const ordered = (all: typeof expected): typeof expected =>
        all.toSorted((a, b) => a.offset - b.offset || `${a.rule} ${a.message}`.localeCompare(`${b.rule} ${b.message}`));
      assert.deepEqual(ordered(findings.filter(({ rule }) => !lengths.has(rule))), ordered(expected));
    }
  });

  it('finds in a table what sft validate finds, and offers no fixes there', () => {
    const rows = ['CAC', 'CAC', 'C.A.C.'].map((agency, i) => `Where is office ${i}?,In street ${i}.,${agency}`);
    const text = ['question,answer,agency', ...rows, rows[0], 'Who pays?, You do.,CAC', ''].join('\n');
    const { findings } = analyseOnce('t.csv', text, settings, counts);
    const expected = checkText('t.csv', text, ALL_CONTENT_RULES).flatMap((item) =>
      item.type === 'finding' ? [item.finding] : [],
    );
    const byRule = (all: typeof expected): typeof expected => all.toSorted((a, b) => a.rule.localeCompare(b.rule));
    assert.deepEqual(byRule([...findings]), byRule(expected));
    for (const rule of ['near-agency', 'padded-text', 'exact-duplicate']) {
      assert.deepEqual(findings.find((one) => one.rule === rule)?.fixes, [], rule);
    }
  });

  it('reads a table again as a whole, each row with its own columns', () => {
    const rows = ['question,answer', 'Where?,"Here, or ""there"""', 'When?, Now', ''];
    const text = rows.join('\n');
    const analysis = new TextAnalysis('t.csv', text, settings);
    assert.equal(finish(analysis, 1).findingsByRule['padded-text'], 1);
    assert.equal(analysis.example(0)?.value.answer, 'Here, or "there"');
    analysis.change([{ offset: text.length, length: 0, text: 'Who?, You\n' }]);
    const result = finish(analysis, 2);
    assert.deepEqual([result.count, result.findingsByRule['padded-text']], [3, 2]);
    assert.equal(analysis.example(2)?.value.answer, ' You');
  });

  it('hears a rule switched off and another threshold', () => {
    const near = ['today', 'in cash'].map((end) =>
      JSON.stringify({ question: 'Where do I renew it now?', answer: `Bring the old one and two photographs ${end}` }),
    );
    const analysis = new TextAnalysis('n.jsonl', near.join('\n'), settings);
    assert.equal(finish(analysis, 1).findingsByRule['near-duplicate'], undefined);
    analysis.configure({ ...settings, nearDuplicateThreshold: 0.5 });
    assert.equal(finish(analysis, 1).findingsByRule['near-duplicate'], 1);
    analysis.configure({ ...settings, nearDuplicateThreshold: 0.5, rules: { 'near-duplicate': 'off' } });
    assert.equal(finish(analysis, 1).findingsByRule['near-duplicate'], undefined);
  });
});
