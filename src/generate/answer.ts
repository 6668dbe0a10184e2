import type { LlamaModel } from '../model/llama';
import type { AskedQuestion, ChatTokenizer } from '../text/chat-tokenizer';
import { generate, type GenerateOptions } from './generate';
import { GREEDY } from './sampler';

/** Questions answered side by side: each step then reads the weights once for all of them. */
export const QUESTIONS_AT_ONCE = 16;

/** An answer as it was given. */
export interface GivenAnswer {
  readonly answer: string;
  /** Whether it was stopped by max_new_tokens, or the model's last position, and not by the model. */
  readonly cut: boolean;
}

export interface AnswerOptions extends Pick<GenerateOptions, 'maxNewTokens' | 'signal'> {
  /** Answers to the first questions that an earlier call gave; the new ones are added as they come. */
  readonly answered?: GivenAnswer[];
  /** How many are answered; an evaluation tells it before the first as well. */
  readonly onAnswer?: (done: number) => void;
}

/**
 * Greedy answers to questions, each in a conversation of its own.
 * @throws the signal's reason where it is aborted
 */
export async function answerQuestions(
  model: LlamaModel,
  chat: ChatTokenizer,
  questions: readonly AskedQuestion[],
  options: AnswerOptions,
): Promise<GivenAnswer[]> {
  return answerInTurns(questions, options, async (some) => {
    const prompts = some.map((question) => chat.encodeQuestion(question));
    const continuations = await generate(model, prompts, {
      sampling: GREEDY,
      maxNewTokens: options.maxNewTokens,
      stopTokenIds: chat.stopTokenIds,
      random: () => () => 0,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return continuations.map(({ tokenIds, stop }) => ({
      answer: chat.decodeAnswer(tokenIds),
      cut: stop === 'length',
    }));
  });
}

/**
 * Answers to questions, some at once, from the first that was not answered before.
 * @param answer to as many questions as are answered side by side, at most
 * @throws the signal's reason where it is aborted
 */
export async function answerInTurns(
  questions: readonly AskedQuestion[],
  { answered: answers = [], signal, onAnswer }: AnswerOptions,
  answer: (some: readonly AskedQuestion[]) => Promise<readonly GivenAnswer[]>,
): Promise<GivenAnswer[]> {
  for (let start = answers.length; start < questions.length; start += QUESTIONS_AT_ONCE) {
    const given = await answer(questions.slice(start, start + QUESTIONS_AT_ONCE));
    // Answers that were cut off are none.
    signal?.throwIfAborted();
    answers.push(...given);
    onAnswer?.(answers.length);
  }
  return answers;
}
