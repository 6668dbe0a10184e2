import { nthSmallest } from '../base/order-statistic';
import { placesHeld } from '../base/spans';
import type { ChatTokenizer, QuestionAnswer } from './chat-tokenizer';

/** Lengths of one example under the model's tokenizer and chat template. */
export interface TokenLength {
  /** The whole conversation, before truncation. */
  readonly tokens: number;
  /** Trained tokens that are left after truncation; 0 = the whole answer is cut off. */
  readonly trained: number;
  /** Tokens cut off the end. */
  readonly truncated: number;
}

export interface LengthSummary {
  /** Sum over the examples, before truncation. */
  readonly total: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** As training will see the example. Errors: those of the chat template. */
export function tokenLength(chat: ChatTokenizer, example: QuestionAnswer, maxSeqLength: number): TokenLength {
  const { total, trained } = chat.countExample(example);
  return {
    tokens: total,
    trained: placesHeld(trained, maxSeqLength),
    truncated: Math.max(0, total - maxSeqLength),
  };
}

/** Percentiles are by nearest rank: the smallest length that at least p per cent of the examples do not exceed. All 0 for none. */
export function summariseLengths(tokens: ArrayLike<number>): LengthSummary {
  const lengths = Float64Array.from(tokens);
  if (lengths.length === 0) return { total: 0, p50: 0, p95: 0, max: 0 };
  const rank = (share: number): number => nthSmallest(lengths, Math.max(0, Math.ceil(share * lengths.length) - 1));
  return {
    total: lengths.reduce((sum, length) => sum + length, 0),
    p50: rank(0.5),
    p95: rank(0.95),
    max: rank(1),
  };
}
