import { sequencesOf } from '../../model/batch';
import type { LlamaModel } from '../../model/llama';
import { scoreExamples } from '../../model/score';
import type { RetentionLosses } from '../../text/retention';
import type { EncodedDatasetExample } from '../encode-dataset';

/** What training cost in general knowledge: mean NLL over the tokens of the answers before and after, nats. */
export interface Retention extends RetentionLosses {
  readonly examples: number;
}

/**
 * Scores the general questions by both models.
 * @returns null where there are none, or a loss is beyond all numbers
 * @throws the signal's reason where it is aborted
 */
export async function measureRetention(
  base: LlamaModel,
  tuned: LlamaModel,
  measured: readonly EncodedDatasetExample[],
  signal?: AbortSignal,
): Promise<Retention | null> {
  if (measured.length === 0) return null;
  const sequences = sequencesOf(measured);
  const losses: number[] = [];
  for (const model of [base, tuned]) {
    signal?.throwIfAborted();
    losses.push((await scoreExamples(model, sequences)).loss);
  }
  const [before, after] = losses as [number, number];
  return Number.isFinite(after - before) ? { examples: measured.length, base: before, tuned: after } : null;
}
