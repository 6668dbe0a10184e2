import { SftError } from '../base/errors';

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
    throw refuse('temperature is below 0', 'use 0 (greedy) up to about 1.5');
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
 * Draws a token: temperature, then top-k, then top-p, as transformers orders its warpers. A few passes over the logits, whatever k and p
 * are: no sorting but of the tokens at p's edge.
 * @param logits fp32 [vocab]
 * @param random uniform in [0, 1)
 */
export function sampleToken(logits: Float32Array, options: SamplingOptions, random: () => number): number {
  if (!options.do_sample || options.temperature === 0) return argmax(logits);
  const { temperature, top_k: k, top_p: p } = options;
  const best = argmax(logits);
  const top = logits[best]!;
  const threshold = k > 0 && k < logits.length ? kthLargest(logits, k) : -Infinity;
  // Unnormalised probabilities; 0 for what is left out. Ties with the k-th are kept, as in transformers.
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token]!;
    if (!(logit >= threshold)) continue;
    const weight = Math.exp((logit - top) / temperature);
    weights[token] = weight;
    total += weight;
  }
  if (p < 1) total = keepLikeliest(weights, logits, p * total);
  let rest = random() * total;
  let last = best;
  for (let token = 0; token < weights.length; token++) {
    const weight = weights[token]!;
    if (weight === 0) continue;
    rest -= weight;
    if (rest < 0) return token;
    last = token;
  }
  // Rounding left a little of the sum.
  return last;
}

/** The k-th largest value: a heap of the k largest so far with the smallest of them on top. */
function kthLargest(values: Float32Array, k: number): number {
  const heap = values.slice(0, k).sort();
  for (let i = k; i < values.length; i++) {
    const value = values[i]!;
    if (!(value > heap[0]!)) continue;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= k) break;
      if (child + 1 < k && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= value) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = value;
  }
  return heap[0]!;
}

/** Tokens are sorted into so many classes by their logit, evenly from the largest down. */
const CLASSES = 1024;

/**
 * Sets all but the fewest largest weights that reach `mass` to 0; of equals the first stay.
 * @param logits in the same order as the weights
 * @returns the sum of what stays
 */
function keepLikeliest(weights: Float64Array, logits: Float32Array, mass: number): number {
  let top = -Infinity;
  let bottom = Infinity;
  for (let token = 0; token < weights.length; token++) {
    if (weights[token] === 0) continue;
    top = Math.max(top, logits[token]!);
    bottom = Math.min(bottom, logits[token]!);
  }
  const scale = CLASSES / (top - bottom || 1);
  const classes = new Int16Array(weights.length).fill(-1);
  const masses = new Float64Array(CLASSES);
  for (let token = 0; token < weights.length; token++) {
    const weight = weights[token]!;
    if (weight === 0) continue;
    const index = Math.min(CLASSES - 1, Math.floor((top - logits[token]!) * scale));
    classes[token] = index;
    masses[index]! += weight;
  }
  // The class in which the mass is reached; those before it stay whole.
  let edge = 0;
  let kept = 0;
  while (edge < CLASSES - 1 && kept + masses[edge]! < mass) kept += masses[edge++]!;
  const atEdge: number[] = [];
  for (let token = 0; token < weights.length; token++) {
    if (classes[token] === edge) atEdge.push(token);
    else if (classes[token]! > edge) weights[token] = 0;
  }
  atEdge.sort((a, b) => logits[b]! - logits[a]! || a - b);
  for (const token of atEdge) {
    if (kept < mass) kept += weights[token]!;
    else weights[token] = 0;
  }
  return kept;
}
