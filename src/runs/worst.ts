import type { ExampleLoss } from './folder/evaluation-schema';

/** The mean loss over the trained tokens of an example, nats. */
export function meanLoss({ nll, trained }: ExampleLoss): number {
  return nll / trained;
}

/** The examples with the highest mean loss, the worst first. @param count so many at most */
export function worstOf(losses: readonly ExampleLoss[], count: number): readonly ExampleLoss[] {
  return losses.toSorted((a, b) => meanLoss(b) - meanLoss(a)).slice(0, count);
}
