import { lcsLength, lcsPositions, tokenPlaces, type TokenPlaces } from './lcs';
import { tokenizeForRouge, type RougeOptions } from './tokenize';

/** Each from 0 to 1. Precision: the share of the prediction that is matched; recall: of the target; f1: their harmonic mean. */
export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface RougeScores {
  /** Single words. */
  readonly rouge1: RougeScore;
  /** Pairs of neighbouring words. */
  readonly rouge2: RougeScore;
  /** The longest common subsequence of the whole texts. */
  readonly rougeL: RougeScore;
  /** The union of longest common subsequences, line against line. */
  readonly rougeLsum: RougeScore;
}

/** The order in which they are shown. */
export const ROUGE_METRICS = ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'] as const;
export type RougeMetric = (typeof ROUGE_METRICS)[number];

function scoreOf(matched: number, predictionCount: number, targetCount: number): RougeScore {
  const precision = matched / Math.max(predictionCount, 1);
  const recall = matched / Math.max(targetCount, 1);
  const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f1 };
}

function addCounts(counts: Map<string, number>, items: Iterable<string>): Map<string, number> {
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Word pairs as one string each: tokens hold no space. */
function bigrams(tokens: readonly string[]): string[] {
  return tokens.slice(1).map((token, at) => `${tokens[at]!} ${token}`);
}

/** ROUGE-N on the n-grams of both texts: what both have, each n-gram as often as the text that has fewer of it. */
function scoreNgrams(target: readonly string[], prediction: readonly string[]): RougeScore {
  const counts = addCounts(new Map(), prediction);
  let matched = 0;
  for (const [ngram, count] of addCounts(new Map(), target)) matched += Math.min(count, counts.get(ngram) ?? 0);
  return scoreOf(matched, prediction.length, target.length);
}

function scoreLcs(target: readonly string[], prediction: readonly string[]): RougeScore {
  return scoreOf(lcsLength(target, tokenPlaces(prediction)), prediction.length, target.length);
}

interface Line {
  readonly tokens: readonly string[];
  readonly places: TokenPlaces;
}

/** The positions of `target` that lie in the longest common subsequence with any line of the prediction. */
function unionPositions(target: readonly string[], prediction: readonly Line[]): Set<number> {
  const union = new Set<number>();
  for (const { tokens, places } of prediction) {
    for (const at of lcsPositions(target, tokens, places)) union.add(at);
  }
  return union;
}

/** ROUGE-Lsum: Lin 2004, section 3.2, with ROUGE-1.5.5's guard against counting a word more often than either text has it. */
function scoreSummaries(target: readonly string[][], prediction: readonly string[][]): RougeScore {
  const targetCount = target.reduce((sum, line) => sum + line.length, 0);
  const predictionCount = prediction.reduce((sum, line) => sum + line.length, 0);
  const [only] = target;
  // One line on each side is ROUGE-L, without the table to walk.
  if (only !== undefined && target.length === 1 && prediction.length === 1) return scoreLcs(only, prediction[0]!);
  const lines = prediction.map((tokens) => ({ tokens, places: tokenPlaces(tokens) }));
  const left = addCounts(new Map(), prediction.flat());
  let matched = 0;
  for (const line of target) {
    for (const at of unionPositions(line, lines)) {
      const token = line[at]!;
      const remaining = left.get(token) ?? 0;
      if (remaining === 0) continue;
      matched++;
      left.set(token, remaining - 1);
    }
  }
  return scoreOf(matched, predictionCount, targetCount);
}

/**
 * ROUGE-1, -2, -L and -Lsum of a prediction against its target, equal to google-research's rouge_score (`split_summaries` off: lines
 * are ROUGE-Lsum's sentences). Without a word on either side every score is 0.
 */
export function scoreRouge(target: string, prediction: string, options: RougeOptions = {}): RougeScores {
  const words = (text: string): string[] => tokenizeForRouge(text, options);
  const targetWords = words(target);
  const predictionWords = words(prediction);
  const lines = (text: string): string[][] =>
    text
      .split('\n')
      .map(words)
      .filter((line) => line.length > 0);
  return {
    rouge1: scoreNgrams(targetWords, predictionWords),
    rouge2: scoreNgrams(bigrams(targetWords), bigrams(predictionWords)),
    rougeL: scoreLcs(targetWords, predictionWords),
    rougeLsum: scoreSummaries(lines(target), lines(prediction)),
  };
}
