import { countOf } from '../../base/count-of';
import { areFew } from '../../base/few-pairs';
import { estimateText } from './few';

/** How the scores of a run were taken. */
export interface Measured {
  /** Equal where the same questions were asked. */
  readonly questions: string;
  readonly examples: number;
  readonly max_new_tokens: number;
  readonly stemmer: boolean;
  readonly unicode: boolean;
}

/** In what scores were taken differently, which keeps them from being ranked: `test questions`, `max_new_tokens (96, 128)`. */
export function unlike(runs: readonly Measured[]): string[] {
  const found: string[] = [];
  const compare = (name: string, value: (run: Measured) => string | number, told = true): void => {
    const values = [...new Set(runs.map(value))];
    if (values.length > 1) found.push(told ? `${name} (${values.join(', ')})` : name);
  };
  compare('numbers of test examples', ({ examples }) => examples);
  if (found.length === 0) compare('test questions', ({ questions }) => questions, false);
  compare('max_new_tokens', ({ max_new_tokens }) => max_new_tokens);
  compare('words', ({ unicode }) => (unicode ? 'every script' : 'a-z and 0-9'));
  compare('stemmer', ({ stemmer }) => (stemmer ? 'on' : 'off'));
  return found;
}

/** What a comparison of scores may say: why it ranks nothing, or that the marked ones are the highest. */
export function rankText(runs: readonly Measured[]): string {
  if (runs.length < 2) return '';
  const differences = unlike(runs);
  if (differences.length > 0) {
    return `The scores were not measured in the same way and cannot be ranked: different ${differences.join('; different ')}.`;
  }
  const { examples } = runs[0]!;
  if (areFew(examples))
    return `The scores were measured in the same way, but on ${countOf(examples, 'test example')}: too few to rank.`;
  return `The scores were measured in the same way on ${examples} test examples. ★ marks the best score; if intervals overlap, the difference may be chance.`;
}

/** Whether the scores of these runs may be ranked. */
export function canRank(runs: readonly Measured[]): boolean {
  return runs.length > 1 && unlike(runs).length === 0 && !areFew(runs[0]!.examples);
}

/** Which of these are the best, all of those that are equal. */
export function bestOf(values: readonly number[], wanted: 'high' | 'low'): boolean[] {
  const best = wanted === 'high' ? Math.max(...values) : Math.min(...values);
  return values.map((value) => value === best);
}

/** A run with its scores, for the question which is best. */
export interface Ranked extends Measured {
  readonly name: string;
  readonly rougeL: {
    readonly f1: number;
    readonly low?: number | null | undefined;
    readonly high?: number | null | undefined;
  };
}

/** The run with the highest ROUGE-L, the first of those that are equal; undefined where nothing is ranked. */
export function bestOfRanked(runs: readonly Ranked[]): Ranked | undefined {
  if (!canRank(runs)) return undefined;
  return runs.reduce((one, other) => (other.rougeL.f1 > one.rougeL.f1 ? other : one));
}

/** Which run has the highest ROUGE-L, and whether that is sure: intervals that do not overlap. Empty where nothing is ranked. */
export function bestText(runs: readonly Ranked[]): string {
  const best = bestOfRanked(runs);
  if (best === undefined) return '';
  const close = runs.filter((run) => run !== best && overlap(run.rougeL, best.rougeL)).map(({ name }) => name);
  const told = `Best: ${best.name}, ROUGE-L ${estimateText(best.rougeL, best.examples)}`;
  if (close.length === 0) return `${told}, clearly: no other interval overlaps with it.`;
  const others = close.length === runs.length - 1 ? 'the others' : close.join('; ');
  return `${told}; not clearly better than ${others}, whose intervals overlap with it.`;
}

function overlap(a: Ranked['rougeL'], b: Ranked['rougeL']): boolean {
  const [aLow, aHigh, bLow, bHigh] = [a.low, a.high, b.low, b.high].map((bound) => bound ?? undefined);
  if (aLow === undefined || aHigh === undefined || bLow === undefined || bHigh === undefined) return true;
  return aLow <= bHigh && bLow <= aHigh;
}
