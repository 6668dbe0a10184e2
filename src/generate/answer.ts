import type { LlamaModel } from '../model/llama';
import type { ChatMessage } from '../text/chat-template';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import { generate, type GenerateOptions } from './generate';
import { GREEDY } from './sampler';

/** Questions answered side by side: each step then reads the weights once for all of them. */
export const QUESTIONS_AT_ONCE = 16;

/** A question with what stands before it in its conversation. */
export interface AskedQuestion {
  readonly question: string;
  readonly history?: readonly ChatMessage[];
}

/** An answer as it was given. */
export interface GivenAnswer {
  readonly answer: string;
  /** Whether it was ended by max_new_tokens, or the model's last position, and not by the model. */
  readonly cut: boolean;
}

export interface AnswerOptions extends Pick<GenerateOptions, 'maxNewTokens' | 'signal'> {
  /** Answers to the first questions that an earlier call gave; the new ones are added as they come. */
  readonly answered?: GivenAnswer[];
  /** How many are answered; an evaluation tells it before the first as well. */
  readonly onAnswer?: (done: number) => void;
}

/** The ids that a question is asked with. */
export function promptOf(chat: ChatTokenizer, { question, history = [] }: AskedQuestion): number[] {
  return chat.encodePrompt([...history, { role: 'user', content: question }]);
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
  const answers = options.answered ?? [];
  for (let start = answers.length; start < questions.length; start += QUESTIONS_AT_ONCE) {
    const prompts = questions.slice(start, start + QUESTIONS_AT_ONCE).map((question) => promptOf(chat, question));
    const continuations = await generate(model, prompts, {
      sampling: GREEDY,
      maxNewTokens: options.maxNewTokens,
      stopTokenIds: chat.stopTokenIds,
      random: () => () => 0,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    // Answers that were cut off are none.
    options.signal?.throwIfAborted();
    for (const { tokenIds, stop } of continuations) {
      const answer = chat.decodeAnswer(tokenIds);
      answers.push({ answer, cut: stop === 'length' });
    }
    options.onAnswer?.(answers.length);
  }
  return answers;
}
