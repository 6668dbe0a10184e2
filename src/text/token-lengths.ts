import { nthSmallest } from '../base/order-statistic';
import { SftError } from '../base/errors';
import { placesHeld } from '../base/spans';
import type { ChatTokenizer, ExampleTokens, JoinedPrompt, QuestionAnswer } from './chat-tokenizer';

/** Lengths of one example under the model's tokenizer and chat template. */
export interface TokenLength {
  /** The whole conversation, before truncation. */
  readonly tokens: number;
  /** Trained tokens that are left after truncation; 0 = the whole answer is cut off. */
  readonly trained: number;
  /** Tokens cut off the end. */
  readonly truncated: number;
  /** Answers of the assistant in the example. */
  readonly answers: number;
  /** Those of them that are trained. */
  readonly trainedAnswers: number;
  /** What keeps an example from being trained as it is asked. */
  readonly problem?: LengthProblem;
}

/** `refused`: the template's words. `dropped`: how many answers lose their thoughts. `tools`: calls or results that the template does not write, with the remedy. `left-out`: what else of tools it does not write. */
export type LengthProblem =
  | { readonly kind: 'refused'; readonly reason: string }
  | ({ readonly kind: 'joined' } & JoinedPrompt)
  | { readonly kind: 'tools'; readonly reason: string }
  | { readonly kind: 'dropped'; readonly answers: number }
  | { readonly kind: 'left-out'; readonly what: string };

export interface LengthSummary {
  /** Sum over the examples, before truncation. */
  readonly total: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** As training will see the example. An example that the chat template refuses has no tokens. */
export function tokenLength(chat: ChatTokenizer, example: QuestionAnswer, maxSeqLength: number): TokenLength {
  let counted: ExampleTokens;
  try {
    counted = chat.countExample(example);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const problem: LengthProblem =
      error.code === 'chat-template-tools'
        ? { kind: 'tools', reason: `${error.message} - ${error.remedy ?? ''}` }
        : { kind: 'refused', reason: error.message };
    return { tokens: 0, trained: 0, truncated: 0, answers: 0, trainedAnswers: 0, problem };
  }
  const { total, trained, answers, trainedAnswers, joined, droppedThoughts, leftOut } = counted;
  const problem: LengthProblem | undefined =
    joined !== undefined
      ? { kind: 'joined', ...joined }
      : droppedThoughts > 0
        ? { kind: 'dropped', answers: droppedThoughts }
        : leftOut !== undefined
          ? { kind: 'left-out', what: leftOut }
          : undefined;
  return {
    tokens: total,
    trained: trained.reduce((sum, spans) => sum + placesHeld(spans, maxSeqLength), 0),
    truncated: Math.max(0, total - maxSeqLength),
    answers,
    trainedAnswers,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** What is wrong where a prompt's last token joins with the answer. */
export function joinedText({ asked, trained }: JoinedPrompt): string {
  return `the prompt ${JSON.stringify(asked)} does not end with the tokens that it has in the trained text ${JSON.stringify(trained)}: the model would be prompted with tokens it was not trained on`;
}

export const JOINED_REMEDY =
  'let the chat template end its prompt with a special token or a line feed, and without the blank that begins an answer';

/** What is to be done where a template leaves out some of the tools. */
export const LEFT_OUT_REMEDY = 'use a model whose chat template writes it, or write it into a system message';

/** Whether one conversation cannot be written, by the chat template or in the model's ids: another may be fine. */
export function isRefusal(error: unknown): error is SftError {
  return error instanceof SftError && REFUSALS.has(error.code);
}

const REFUSALS: ReadonlySet<string> = new Set([
  'chat-template-raised',
  'chat-template-failed',
  'chat-template-span',
  'chat-template-tools',
  'token-without-embedding',
]);

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
