import type { TokenSequence } from './batch';
import type { LlamaModel } from './llama';
import { virtualId } from './virtual-ids';

/** The ids of a model's virtual tokens, none where it has no prompt. */
export function virtualIds({ prompt }: Pick<LlamaModel, 'prompt'>): readonly number[] {
  return Array.from({ length: prompt?.matrix.rows ?? 0 }, (_, row) => virtualId(row));
}

/**
 * A sequence behind the model's virtual tokens. What is trained in it stays what it was: its first token, which has something before it now,
 * is no target for all that, so that losses with and without a prompt are over the same tokens.
 */
export function behindPrompt<T extends TokenSequence>(model: Pick<LlamaModel, 'prompt'>, sequence: T): T {
  const before = virtualIds(model);
  if (before.length === 0) return sequence;
  const ids = new Int32Array(before.length + sequence.ids.length);
  ids.set(before);
  ids.set(sequence.ids, before.length);
  const trained = sequence.trained
    .map(({ from, to }) => ({ from: Math.max(1, from) + before.length, to: to + before.length }))
    .filter(({ from, to }) => from < to);
  return { ...sequence, ids, trained };
}
