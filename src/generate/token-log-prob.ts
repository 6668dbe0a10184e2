/** How likely a token was where it stands, and which others were likely there. Natural logarithms. */
export interface TokenLogProb {
  readonly id: number;
  readonly logProb: number;
  /** The likeliest tokens, likeliest first; of equals the smaller id. */
  readonly top: readonly { readonly id: number; readonly logProb: number }[];
}

/**
 * The model's own distribution, as log_softmax has it: before temperature, top_k and top_p.
 * @param logits fp32 [vocab]
 * @param top how many of the likeliest tokens to name
 */
export function tokenLogProb(logits: Float32Array, id: number, top: number): TokenLogProb {
  const likeliest = largest(logits, Math.min(Math.max(top, 1), logits.length));
  const highest = logits[likeliest[0]!]!;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  const normalizer = highest + Math.log(sum);
  const of = (token: number): number => logits[token]! - normalizer;
  return { id, logProb: of(id), top: likeliest.slice(0, top).map((token) => ({ id: token, logProb: of(token) })) };
}

/** Indices of the `count` largest values, largest first. Few: each that is large enough is put in its place among them. */
function largest(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  let least = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (best.length === count && !(value > least)) continue;
    let at = best.length;
    while (at > 0 && values[best[at - 1]!]! < value) at--;
    best.splice(at, 0, i);
    if (best.length > count) best.pop();
    least = values[best.at(-1)!]!;
  }
  return best;
}
