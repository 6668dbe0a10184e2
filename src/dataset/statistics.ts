import type { DatasetExample } from './example';

/** Lengths of one text over all examples. */
export interface LengthStatistics {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Examples whose length is in [from, to). */
export interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export interface DatasetStatistics {
  readonly examples: number;
  /** UTF-16 units. */
  readonly characters: { readonly question: LengthStatistics; readonly answer: LengthStatistics };
  /** Runs between white space. */
  readonly words: { readonly question: LengthStatistics; readonly answer: LengthStatistics };
  /** Examples of each agency, most first; examples without one are not in it. */
  readonly agencies: readonly { readonly name: string; readonly count: number }[];
  /** Examples without an agency. */
  readonly withoutAgency: number;
  /** Bins of equal width over the words of question and answer together; empty where there is no example. */
  readonly histogram: readonly HistogramBin[];
}

/** Counts, lengths and balance of a dataset. @param bins upper bound on the number of histogram bins */
export function datasetStatistics(
  examples: readonly Pick<DatasetExample, 'value'>[],
  bins: number = 30,
): DatasetStatistics {
  const agencies = new Map<string, number>();
  let withoutAgency = 0;
  const lengths = { cq: [] as number[], ca: [] as number[], wq: [] as number[], wa: [] as number[] };
  const totals: number[] = [];
  for (const { value } of examples) {
    lengths.cq.push(value.question.length);
    lengths.ca.push(value.answer.length);
    const [question, answer] = [wordCount(value.question), wordCount(value.answer)];
    lengths.wq.push(question);
    lengths.wa.push(answer);
    totals.push(question + answer);
    if (value.agency === undefined || value.agency.trim() === '') withoutAgency++;
    else agencies.set(value.agency, (agencies.get(value.agency) ?? 0) + 1);
  }
  return {
    examples: examples.length,
    characters: { question: summary(lengths.cq), answer: summary(lengths.ca) },
    words: { question: summary(lengths.wq), answer: summary(lengths.wa) },
    agencies: [...agencies].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
    withoutAgency,
    histogram: histogram(totals, bins),
  };
}

/** Runs between white space. */
export function wordCount(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

/** The nearest-rank percentile of ascending numbers, share in (0, 1]; 0 where there are none. */
export function percentile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? 0;
}

function summary(values: readonly number[]): LengthStatistics {
  const ascending = values.toSorted((a, b) => a - b);
  const total = ascending.reduce((sum, value) => sum + value, 0);
  return {
    min: ascending[0] ?? 0,
    mean: total / Math.max(1, ascending.length),
    p50: percentile(ascending, 0.5),
    p95: percentile(ascending, 0.95),
    max: ascending.at(-1) ?? 0,
  };
}

function histogram(values: readonly number[], bins: number): HistogramBin[] {
  if (values.length === 0) return [];
  const longest = values.reduce((most, value) => Math.max(most, value), 0);
  const width = Math.max(1, Math.ceil((longest + 1) / bins));
  const counts = new Array<number>(Math.ceil((longest + 1) / width)).fill(0);
  for (const value of values) counts[Math.floor(value / width)]!++;
  return counts.map((count, i) => ({ from: i * width, to: (i + 1) * width, count }));
}
