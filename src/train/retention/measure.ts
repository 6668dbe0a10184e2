import { sequencesOf, type TokenSequence } from '../../model/batch';
import type { RetentionLosses } from '../../text/retention';
import type { EncodedDatasetExample } from '../examples/encoded-example';

/** What training cost in general knowledge: mean NLL over the tokens of the answers before and after, nats. */
export interface Retention extends RetentionLosses {
  readonly examples: number;
}

/** A model, wherever it is: the mean NLL over the trained tokens of some sequences. */
interface Scorer {
  score(sequences: readonly TokenSequence[]): Promise<{ readonly loss: number }>;
}

/**
 * Scores the general questions by both models.
 * @returns null where there are none, or a loss is beyond all numbers
 * @throws the signal's reason where it is aborted
 */
export async function measureRetention(
  base: Scorer,
  tuned: Scorer,
  measured: readonly EncodedDatasetExample[],
  signal?: AbortSignal,
): Promise<Retention | null> {
  if (measured.length === 0) return null;
  const sequences = sequencesOf(measured);
  const losses: number[] = [];
  for (const model of [base, tuned]) {
    signal?.throwIfAborted();
    losses.push((await model.score(sequences)).loss);
  }
  const [before, after] = losses as [number, number];
  return Number.isFinite(after - before) ? { examples: measured.length, base: before, tuned: after } : null;
}
