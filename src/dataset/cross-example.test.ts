import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { QaExample } from './example';
import type { Finding } from './finding';
import { bigramSet, jaccard } from './near/minhash';
import { NearSets, signed } from './near/near-sets';
import { checkText } from './read';
import { CROSS_EXAMPLE_RULES } from './rules';
import { sameAgency } from './rules/near-agency';
import { createRandom } from '../base/random';

function check(examples: readonly QaExample[]): Finding[] {
  const text = examples.map((example) => JSON.stringify(example)).join('\n');
  return checkText('x.jsonl', text, CROSS_EXAMPLE_RULES).flatMap((item) =>
    item.type === 'finding' && item.finding.rule !== 'dataset-size' ? [item.finding] : [],
  );
}

function shown(findings: readonly Finding[]): string[] {
  return findings.map(({ rule, line, related }) => `${line} ${rule} ${related.map((place) => place.line).join()}`);
}

const PASSPORT = {
  question: 'How do I renew my passport at the Ikoyi office?',
  answer: 'Bring the old passport, two photographs and the receipt of the fee, and come before noon on a working day.',
};

describe('near-duplicate', () => {
  it('links an example with a word more to its twin', () => {
    const twin = { ...PASSPORT, answer: PASSPORT.answer.replace('noon', 'high noon') };
    const findings = check([PASSPORT, { question: 'What is it?', answer: 'Something else.' }, twin]);
    assert.deepEqual(shown(findings), ['3 near-duplicate 1']);
    assert.equal(findings[0]!.severity, 'info');
  });
  it('takes other punctuation for a near one, and leaves case and white space to exact-duplicate', () => {
    const stop = { ...PASSPORT, answer: PASSPORT.answer.replace(',', ';') };
    const spaced = { ...PASSPORT, answer: PASSPORT.answer.toUpperCase().replace(' ', '  ') };
    assert.deepEqual(shown(check([PASSPORT, stop])), ['2 near-duplicate 1']);
    assert.deepEqual(shown(check([PASSPORT, spaced])), []);
  });
  it('names no pair below the threshold', () => {
    const other = {
      ...PASSPORT,
      answer: 'Bring the form, a letter from your school, and the fee in cash to the counter.',
    };
    assert.deepEqual(shown(check([PASSPORT, other])), ['2 contradictory-answers 1']);
  });
});

describe('NearSets', () => {
  it('finds the pairs that comparing all with all finds, and no others', () => {
    const random = createRandom(5);
    const sets: Uint32Array[] = [];
    for (let i = 0; i < 300; i++) {
      const words = Array.from({ length: 40 }, () => `w${random.below(5000)}`);
      sets.push(bigramSet([words.join(' ')]).slice());
      words[random.below(40)] = 'changed';
      sets.push(bigramSet([words.join(' ')]).slice());
    }
    const near = new NearSets(0.8);
    let wanted = 0;
    let found = 0;
    for (const [i, set] of sets.entries()) {
      const all = sets.slice(0, i).some((other) => jaccard(other, set) >= 0.8);
      const twin = near.put(signed(set, 0.8));
      if (all) wanted++;
      if (twin === undefined) continue;
      found++;
      assert.ok(jaccard(sets[twin.twin]!, set) >= 0.8);
    }
    assert.ok(wanted >= 280, String(wanted));
    assert.ok(found >= wanted * 0.98, `${found} of ${wanted}`);
  });
});

describe('contradictory-answers', () => {
  const ask = (answer: string): QaExample => ({ question: 'Is the form free?', answer });
  const cases: readonly [string, string, string, boolean][] = [
    ['yes and no', 'Yes, it is free.', 'No, it is not free.', true],
    ['two prices', 'It costs 5,000 naira.', 'It costs 7,000 naira.', true],
    ['nothing in common', 'You pay nothing at all.', 'Each applicant buys one there.', true],
    [
      'other words for the same',
      'The form is free for all applicants.',
      'The form is free for every applicant.',
      false,
    ],
    ['a short answer and the sentence with it', 'Free.', 'The form is free at every office and online.', false],
    ['one price written in two ways', 'It costs 5,000 naira.', 'It costs 5000 naira now.', false],
  ];
  for (const [name, first, second, expected] of cases) {
    it(`${expected ? 'finds' : 'lets pass'} ${name}`, () => {
      assert.deepEqual(shown(check([ask(first), ask(second)])), expected ? ['2 contradictory-answers 1'] : []);
    });
  }
  it('stands on the answer', () => {
    const [finding] = check([ask('Yes.'), ask('No.')]);
    assert.equal(finding!.endColumn - finding!.column, '"No."'.length);
  });
});

describe('near-agency', () => {
  it('tells spellings of one name from two names', () => {
    assert.ok(sameAgency('CAC', 'C.A.C.'));
    assert.ok(sameAgency('Immigration Service', 'immigration  service'));
    assert.ok(sameAgency('Immigration Service', 'Imigration Service'));
    assert.ok(sameAgency('Immigration Service', 'Immigratoin Service'));
    assert.ok(sameAgency('Customs Service', 'Customs Servce'));
    assert.ok(!sameAgency('Ogun State Government', 'Osun State Government'));
    assert.ok(!sameAgency('Ministry of Health', 'Ministry of Wealth'));
    assert.ok(!sameAgency('Immigration Service', 'Imigration Servce'));
    assert.ok(!sameAgency('FRSC', 'FIRS'));
    assert.ok(!sameAgency('NIMC', 'NIMS'));
    assert.ok(!sameAgency('Customs Zone 1', 'Customs Zone 2'));
  });
  it('stands on the rarer name, points to the commoner one, and renames', () => {
    const rows = ['C.A.C.', 'CAC', 'CAC'].map((agency, i) => ({ question: `q${i}?`, answer: `a${i}`, agency }));
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    const [finding] = check(rows);
    assert.deepEqual(shown([finding!]), ['1 near-agency 2']);
    assert.equal(text.slice(finding!.offset, finding!.endOffset), '"C.A.C."');
    const [edit] = finding!.fixes[0]!.edits;
    assert.equal(text.slice(0, edit!.start) + edit!.text + text.slice(edit!.end), text.replace('C.A.C.', 'CAC'));
    assert.equal(finding!.fixes[0]!.safe, false);
  });
});

describe('rules about the file', () => {
  const rows = (count: number, agency: (i: number) => string): QaExample[] =>
    Array.from({ length: count }, (_, i) => ({
      question: `q${i}?`,
      answer: `Word${i} `.repeat(8 + (i % 5)),
      agency: agency(i),
    }));
  it('finds the one answer that is far too long', () => {
    const examples = rows(40, () => 'CAC');
    examples[17] = { question: 'q?', answer: 'All of it. '.repeat(900) };
    assert.deepEqual(shown(check(examples)), ['18 length-outlier ']);
    assert.deepEqual(shown(check(examples.slice(12))).length, 0);
  });
  it('finds one agency over half', () => {
    const names = ['FIRS', 'CAC', 'FRSC'];
    assert.deepEqual(shown(check(rows(30, (i) => (i < 16 ? 'FIRS' : names[i % 3]!)))), ['1 agency-imbalance ']);
    assert.deepEqual(shown(check(rows(30, (i) => names[i % 3]!))), []);
  });
  it('says when there are fewer than 100 examples', () => {
    const small = (count: number): (true | undefined)[] =>
      checkText(
        'x.jsonl',
        rows(count, () => 'CAC')
          .map((row) => JSON.stringify(row))
          .join('\n'),
        CROSS_EXAMPLE_RULES,
      ).flatMap((item) =>
        item.type === 'finding' && item.finding.rule === 'dataset-size' ? [item.finding.aboutFile] : [],
      );
    assert.deepEqual(small(99), [true]);
    assert.deepEqual(small(100), []);
  });
});
