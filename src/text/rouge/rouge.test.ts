import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { aggregateRouge } from './bootstrap';
import { ROUGE_METRICS, scoreRouge, type RougeMetric } from './rouge';

interface ReferenceCase {
  readonly target: string;
  readonly prediction: string;
  readonly stemmer: boolean;
  readonly unicode: boolean;
  /** Precision, recall, F1. */
  readonly scores: Readonly<Record<RougeMetric, readonly [number, number, number]>>;
}

type PublishedScore = Readonly<Record<'p' | 'r' | 'f', number>>;

interface PublishedCase {
  readonly id: string;
  readonly target: string;
  readonly prediction: string;
  readonly stemmer: boolean;
  /** Decimal places that were published. */
  readonly places: number;
  readonly expected: Readonly<Partial<Record<RougeMetric, PublishedScore>>>;
}

describe('ROUGE', () => {
  it('equals a plain implementation on text pairs of every kind (test/reference/rouge.py)', () => {
    const cases = JSON.parse(readFileSync('src/text/rouge/testdata/scores.json', 'utf8')) as ReferenceCase[];
    assert.ok(cases.length > 200);
    for (const { target, prediction, stemmer, unicode, scores } of cases) {
      const found = scoreRouge(target, prediction, { stemmer, unicode });
      for (const metric of ROUGE_METRICS) {
        const [precision, recall, f1] = scores[metric];
        const off = Math.max(
          Math.abs(found[metric].precision - precision),
          Math.abs(found[metric].recall - recall),
          Math.abs(found[metric].f1 - f1),
        );
        assert.ok(
          off < 1e-9,
          `${metric} of ${JSON.stringify({ target, prediction, stemmer, unicode })} is off by ${off}`,
        );
      }
    }
  });

  const shared = '../shared/data/rouge/google_published.json';
  it("equals Google's published scores", { skip: existsSync(shared) ? false : `${shared} is absent` }, () => {
    const { cases } = JSON.parse(readFileSync(shared, 'utf8')) as { cases: PublishedCase[] };
    let compared = 0;
    for (const { id, target, prediction, stemmer, places, expected } of cases) {
      const found = scoreRouge(target, prediction, { stemmer });
      for (const metric of ROUGE_METRICS) {
        const published = expected[metric];
        if (published === undefined) continue;
        const { precision, recall, f1 } = found[metric];
        for (const [name, value, wanted] of [
          ['p', precision, published.p],
          ['r', recall, published.r],
          ['f', f1, published.f],
        ] as const) {
          assert.ok(
            Math.abs(value - wanted) <= 0.5 * 10 ** -places + 1e-12,
            `${id} ${metric} ${name}: ${value}, not ${wanted}`,
          );
          compared++;
        }
      }
    }
    assert.ok(compared >= 30);
  });

  it('clips counts: a word repeated in the prediction counts as often as the target has it', () => {
    const { rouge1 } = scoreRouge('the fee', 'the the the fee');
    assert.deepEqual(rouge1, { precision: 0.5, recall: 1, f1: 2 / 3 });
  });

  it('does not mistake word pairs for one another', () => {
    assert.equal(scoreRouge('ab c', 'a bc').rouge2.f1, 0);
  });

  it('takes lines as the sentences of ROUGE-Lsum, and the whole text for ROUGE-L', () => {
    const swapped = scoreRouge('pay the fee\nbring your card', 'bring your card\npay the fee');
    assert.equal(swapped.rougeL.f1, 0.5);
    assert.equal(swapped.rougeLsum.f1, 1);
  });

  it('is 0, not NaN, without words', () => {
    for (const metric of Object.values(scoreRouge('', '¿?')))
      assert.deepEqual(metric, { precision: 0, recall: 0, f1: 0 });
  });
});

describe('means and their interval', () => {
  const scores = Array.from({ length: 60 }, (_, at) =>
    scoreRouge('a b c d e f g h i j', 'a b c d e f g h i j'.slice(0, 1 + 2 * (at % 10))),
  );

  it('is the mean, inside its interval', () => {
    const { rouge1, rougeL, count } = aggregateRouge(scores, { seed: 1 });
    assert.equal(count, 60);
    assert.ok(Math.abs(rouge1.f1 - scores.reduce((sum, score) => sum + score.rouge1.f1, 0) / 60) < 1e-12);
    assert.equal(rouge1.precision, 1);
    assert.ok(rouge1.low! < rouge1.f1 && rouge1.f1 < rouge1.high!);
    assert.ok(rougeL.low! > 0 && rougeL.high! < 1);
  });

  it('has the width that the standard error of a mean predicts', () => {
    const values = scores.map((score) => score.rouge1.f1);
    const mean = values.reduce((sum, value) => sum + value, 0) / 60;
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 60 / 60);
    const { rouge1 } = aggregateRouge(scores, { seed: 1 });
    // 1,000 resamples know a 2.5% percentile to about 7% of its distance from the mean.
    assert.ok(Math.abs((rouge1.high! - rouge1.low!) / (2 * 1.96 * error) - 1) < 0.15);
  });

  it('is the same for the same seed and another for another', () => {
    assert.deepEqual(aggregateRouge(scores, { seed: 5 }), aggregateRouge(scores, { seed: 5 }));
    assert.notEqual(aggregateRouge(scores, { seed: 5 }).rouge1.low, aggregateRouge(scores, { seed: 6 }).rouge1.low);
  });

  it('has no interval for fewer than 30 pairs, and is 0 without one', () => {
    const score = scoreRouge('a', 'a');
    const of = (pairs: number): unknown =>
      aggregateRouge(
        Array.from({ length: pairs }, () => score),
        { seed: 0 },
      ).rouge1;
    assert.deepEqual(of(30), { precision: 1, recall: 1, f1: 1, low: 1, high: 1 });
    for (let pairs = 30; pairs < 120; pairs++) assert.equal((of(pairs) as { high: number }).high, 1);
    assert.deepEqual(of(29), { precision: 1, recall: 1, f1: 1, low: null, high: null });
    assert.deepEqual(of(0), { precision: 0, recall: 0, f1: 0, low: null, high: null });
  });
});
