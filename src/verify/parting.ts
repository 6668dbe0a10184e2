import { argmax } from '../generate/sampler';
import { KvCache } from '../model/cached-pass';
import type { LlamaModel } from '../model/llama';
import { virtualIds } from '../model/virtual-tokens';
import type { GivenTokens } from './measure';

/** Where two answers to a question first differ. */
export interface Parting {
  /** Tokens that they have in common. */
  readonly at: number;
  /** How much less likely the other answer's next token is than the likeliest, for the model that gave the first, in nats. */
  readonly gap: number;
}

/**
 * Where another answer parts from a model's own; undefined where it does not.
 * @param prompt ids
 * @param stopTokenIds any of them ends an answer
 */
export async function partingOf(
  model: LlamaModel,
  prompt: readonly number[],
  { own, other }: { readonly own: GivenTokens; readonly other: GivenTokens },
  stopTokenIds: readonly number[],
): Promise<Parting | undefined> {
  const at = commonLength(own.ids, other.ids);
  const ends = (answer: GivenTokens): boolean => at === answer.ids.length;
  // Both end here, by themselves or by the number of tokens.
  if (ends(own) && ends(other) && own.ended === other.ended) return undefined;
  const logits = await nextLogits(model, [...prompt, ...own.ids.slice(0, at)]);
  const best = logits[argmax(logits)]!;
  const next = ends(other) ? Math.max(...stopTokenIds.map((id) => logits[id]!)) : logits[other.ids[at]!]!;
  return { at, gap: best - next };
}

/** How much less likely the second likeliest token is than the likeliest, in nats. @param before ids of the answer so far */
export async function gapToSecond(
  model: LlamaModel,
  prompt: readonly number[],
  before: readonly number[],
): Promise<number> {
  const logits = await nextLogits(model, [...prompt, ...before]);
  const first = argmax(logits);
  const best = logits[first]!;
  logits[first] = -Infinity;
  return best - logits[argmax(logits)]!;
}

function commonLength(a: readonly number[], b: readonly number[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}

/** Logits of the token that follows, fp32 [vocab]. */
async function nextLogits(model: LlamaModel, ids: readonly number[]): Promise<Float32Array> {
  const all = [...virtualIds(model), ...ids];
  const cache = new KvCache(model.device, model.config, all.length);
  try {
    return await cache.append(model, [{ sequence: cache.open(all.length)!, ids: all }]);
  } finally {
    cache.free();
  }
}
