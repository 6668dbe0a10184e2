import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { SftError } from '../../base/errors';
import { apportion, apportionTable } from '../../base/apportion';
import type { QaExample } from '../example';
import { createRandom } from '../../base/random';
import { PARTS, splitDataset, type SplitParts } from './split';

const EIGHTY: SplitParts = { train: 0.8, validation: 0.1, test: 0.1, seed: 42, near_duplicate_threshold: 0.8 };

function examplesOf(sizes: Readonly<Record<string, number>>): QaExample[] {
  const all = Object.entries(sizes).flatMap(([agency, n]) =>
    Array.from({ length: n }, (_, i) => ({
      question: `${agency} ${i}?`,
      answer: `${i}`,
      ...(agency === '' ? {} : { agency }),
    })),
  );
  return createRandom(5).shuffle(all);
}

describe('splitDataset', () => {
  it('puts each example in one part, indices ascending, in the shares asked for', () => {
    const examples = examplesOf({ NIMC: 100, FIRS: 57, JAMB: 43 });
    const split = splitDataset(examples, EIGHTY);
    assert.deepEqual(
      PARTS.map((part) => split[part].length),
      [160, 20, 20],
    );
    const all = PARTS.flatMap((part) => split[part]).sort((a, b) => a - b);
    assert.deepEqual(
      all,
      examples.map((_, i) => i),
    );
    for (const part of PARTS)
      assert.deepEqual(
        split[part],
        split[part].toSorted((a, b) => a - b),
      );
  });
  it('keeps each agency to less than one example from its share', () => {
    const sizes = { NIMC: 101, FIRS: 57, JAMB: 13, CAC: 9, FRSC: 4, NHIA: 1, '': 33 };
    const examples = examplesOf(sizes);
    const split = splitDataset(examples, EIGHTY);
    for (const [agency, n] of Object.entries(sizes)) {
      for (const part of PARTS) {
        const count = split[part].filter((i) => (examples[i]!.agency ?? '') === agency).length;
        assert.ok(Math.abs(count - n * EIGHTY[part]) < 1, `${agency} ${part} ${count} of ${n}`);
      }
    }
    assert.deepEqual(
      PARTS.map((part) => split[part].length),
      apportion(218, [0.8, 0.1, 0.1]),
    );
  });
  it('is the same for the same seed and another for another', () => {
    const examples = examplesOf({ a: 60, b: 40 });
    assert.deepEqual(splitDataset(examples, EIGHTY), splitDataset(examples, EIGHTY));
    assert.notDeepEqual(splitDataset(examples, EIGHTY), splitDataset(examples, { ...EIGHTY, seed: 43 }));
  });
  it('keeps examples with the same question in one part', () => {
    const random = createRandom(11);
    for (let round = 0; round < 50; round++) {
      const questions = 12 + random.below(40);
      const examples = Array.from({ length: 100 }, (_, i): QaExample => {
        const n = random.below(questions);
        return {
          question: i % 2 === 0 ? `Question ${n}?` : `  question  ${n}? `,
          answer: `${i % 3}`,
          agency: `${i % 4}`,
        };
      });
      const split = splitDataset(examples, { ...EIGHTY, seed: round });
      const partOf = new Map<string, string>();
      for (const part of PARTS) {
        assert.ok(split[part].length > 0, `${part} is empty`);
        for (const i of split[part]) {
          const key = examples[i]!.question.trim().toLowerCase().replace(/\s+/g, ' ');
          assert.equal(partOf.get(key) ?? part, part);
          partOf.set(key, part);
        }
      }
      assert.equal(PARTS.flatMap((part) => split[part]).length, 100);
    }
  });
  it('meets the totals where duplicates leave room', () => {
    const examples = [
      ...examplesOf({ a: 150, b: 30 }),
      ...Array.from({ length: 20 }, (_, i) => ({ question: 'Same?', answer: `${i}` })),
    ];
    const split = splitDataset(examples, EIGHTY);
    assert.deepEqual(
      PARTS.map((part) => split[part].length),
      [160, 20, 20],
    );
  });
  it('leaves no part empty that is asked for, from ten questions on', () => {
    const split = splitDataset(examplesOf({ a: 10 }), { ...EIGHTY, train: 0.98, validation: 0.01, test: 0.01 });
    assert.deepEqual(
      PARTS.map((part) => split[part].length),
      [8, 1, 1],
    );
  });
  it('allows zeros and gives such a part nothing', () => {
    const split = splitDataset(examplesOf({ a: 20 }), { ...EIGHTY, train: 1, validation: 0, test: 0 });
    assert.deepEqual(
      PARTS.map((part) => split[part].length),
      [20, 0, 0],
    );
    assert.deepEqual(splitDataset([], EIGHTY), { train: [], validation: [], test: [], apart: 0 });
  });
  it('does not take the first examples for train: parts differ from file order', () => {
    const split = splitDataset(examplesOf({ a: 100 }), EIGHTY);
    assert.ok(split.test.some((i) => i < 50) && split.validation.some((i) => i < 50));
  });
  it('refuses shares that are none', () => {
    const bad: Partial<SplitParts>[] = [{ train: 0.9 }, { train: -0.1, validation: 1 }, { train: NaN }, { seed: 1.5 }];
    for (const part of bad) {
      assert.throws(
        () => splitDataset(examplesOf({ a: 20 }), { ...EIGHTY, ...part }),
        (error) => error instanceof SftError && error.code === 'split-parts' && error.remedy !== undefined,
      );
    }
    assert.equal(splitDataset(examplesOf({ a: 30 }), { ...EIGHTY, train: 0.7, validation: 0.2 }).train.length, 21);
  });
});

describe('apportionTable', () => {
  it('rounds every cell up or down and meets rows and columns, for any table', () => {
    const random = createRandom(3);
    for (let round = 0; round < 500; round++) {
      const rows = Array.from({ length: 1 + random.below(30) }, () => random.below(25));
      const a = random.nextFloat();
      const b = random.nextFloat() * (1 - a);
      const shares = [a, b, 1 - a - b];
      const table = apportionTable(rows, shares);
      const total = rows.reduce((sum, n) => sum + n, 0);
      const columns = shares.map((_, c) => table.reduce((sum, row) => sum + row[c]!, 0));
      assert.deepEqual(columns, apportion(total, shares));
      for (const [r, row] of table.entries()) {
        assert.equal(
          row.reduce((sum, n) => sum + n, 0),
          rows[r],
        );
        for (const [c, n] of row.entries()) assert.ok(Math.abs(n - rows[r]! * shares[c]!) < 1);
      }
    }
  });
});
