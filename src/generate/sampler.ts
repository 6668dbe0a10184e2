import { SftError } from '../errors';

/** How the next token is chosen, in the words of transformers' GenerationConfig. */
export interface SamplingOptions {
  /** false: always the likeliest token. */
  readonly do_sample: boolean;
  /** Divides the logits; 0 is greedy. */
  readonly temperature: number;
  /** Keep the k likeliest tokens; 0 keeps all. */
  readonly top_k: number;
  /** Keep the fewest likeliest tokens whose probabilities reach p; 1 keeps all. */
  readonly top_p: number;
}

export const GREEDY: SamplingOptions = { do_sample: false, temperature: 0, top_k: 0, top_p: 1 };

/** @throws SftError invalid-sampling */
export function checkSampling({ temperature, top_k, top_p }: SamplingOptions): void {
  const refuse = (reason: string, remedy: string): SftError =>
    new SftError('invalid-sampling', reason, { remedy, exitCode: 2 });
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    throw refuse('temperature is below 0', 'use 0 (greedy) to about 1.5');
  if (!(top_p > 0 && top_p <= 1)) throw refuse('top_p is not above 0 and at most 1', 'use 0.9, or 1 for all tokens');
  if (!(Number.isInteger(top_k) && top_k >= 0))
    throw refuse('top_k is not a whole number from 0', 'use 50, or 0 for all tokens');
}

/** The likeliest token; the first of equals, as torch.argmax. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}

/**
 * Draws a token: temperature, then top-k, then top-p, as transformers orders its warpers.
 * @param logits fp32 [vocab]
 * @param random uniform in [0, 1)
 */
export function sampleToken(logits: Float32Array, options: SamplingOptions, random: () => number): number {
  if (!options.do_sample || options.temperature === 0) return argmax(logits);
  let candidates = Array.from(logits.keys());
  const likelierFirst = (a: number, b: number): number => logits[b]! - logits[a]! || a - b;
  const { top_k: k, top_p: p } = options;
  if (k > 0 && k < candidates.length) {
    // Ties with the k-th are kept, as in transformers.
    const threshold = Float32Array.from(logits).sort()[logits.length - k]!;
    candidates = candidates.filter((token) => logits[token]! >= threshold);
  }
  const top = logits[argmax(logits)]!;
  const weight = (token: number): number => Math.exp((logits[token]! - top) / options.temperature);
  let total = candidates.reduce((sum, token) => sum + weight(token), 0);
  if (p < 1) {
    candidates.sort(likelierFirst);
    let mass = 0;
    let kept = 0;
    while (kept < candidates.length && mass < p * total) mass += weight(candidates[kept++]!);
    candidates.length = Math.max(1, kept);
    total = mass;
  }
  let rest = random() * total;
  for (const token of candidates) {
    rest -= weight(token);
    if (rest < 0) return token;
  }
  return candidates.at(-1)!;
}
