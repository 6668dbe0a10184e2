import { cutSpans } from '../base/spans';
import type { TokenSequence, TrainableSequence } from '../model/batch';
import type { TokenisedParts } from './estimate';

/** A dataset as it would be with a smaller max_seq_length. */
export function cutParts({ train, validation, test, general }: TokenisedParts, limit: number): TokenisedParts {
  const cut = (examples: readonly TrainableSequence[]): TrainableSequence[] =>
    examples.map((example) => ({
      ...cutSequence(example, limit),
      earlier: (example.earlier ?? []).map((one) => cutSequence(one, limit)),
    }));
  return { train: cut(train), validation: cut(validation), test: cut(test), general: cut(general) };
}

function cutSequence({ ids, trained }: TokenSequence, limit: number): TokenSequence {
  return { ids: Array.from(ids).slice(0, limit), trained: cutSpans(trained, limit) };
}
