import { areFew } from './few';

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
    return `The scores were not measured alike and cannot be ranked: different ${differences.join('; different ')}.`;
  }
  const { examples } = runs[0]!;
  if (areFew(examples)) return `The scores were measured alike, but on ${examples} test examples: too few to rank.`;
  return `The scores were measured alike on ${examples} test examples. ★ marks the best score; where intervals overlap, the difference may be chance.`;
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
