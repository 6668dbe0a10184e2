import path from 'node:path';
import { SftError } from '../base/errors';
import { QUESTIONS_AT_ONCE } from '../generate/answer';
import type { TokenSequence } from '../model/batch';
import type { RunSummary } from '../runs/read-runs';
import { prepareData } from '../runs/worker/prepare';
import type { ChatMessage } from '../text/chat-template';
import type { ChatTokenizer } from '../text/chat-tokenizer';

/** A question of a run's data, as all models are asked it. */
export interface TestQuestion {
  /** `data.json:41` */
  readonly place: string;
  readonly question: string;
  /** With what stands before it in its conversation; a system prompt of the run is not among them. */
  readonly messages: readonly ChatMessage[];
  /** The ids of that prompt. */
  readonly prompt: readonly number[];
  /** The conversation with its right answer, for the loss. */
  readonly sequence: TokenSequence;
}

export interface TestQuestions {
  /** The part of the data that they are from: the first that is not empty of test, validation and train. */
  readonly part: 'test' | 'validation' | 'train';
  readonly list: readonly TestQuestion[];
}

/** Of all models together they are answered side by side. */
export const MOST_QUESTIONS = QUESTIONS_AT_ONCE * 64;

/**
 * The first questions of a run's test part.
 * @param chat that of the run
 * @throws SftError no-examples, and what is wrong with the data
 */
export async function testQuestions({ run }: RunSummary, chat: ChatTokenizer, count: number): Promise<TestQuestions> {
  const data = await prepareData(run.config, { chat });
  const part = (['test', 'validation', 'train'] as const).find((name) => data[name].length > 0);
  if (part === undefined) {
    throw new SftError('no-examples', 'the data of the run has no examples', { file: run.config.dataset });
  }
  const list = data[part].slice(0, count).map(({ file, line, question, history, ids, trained, answer }) => {
    const messages = [...history, { role: 'user', content: question } as const];
    return {
      place: `${path.basename(file)}:${line}`,
      question,
      messages,
      prompt: chat.encodePrompt(messages),
      sequence: { ids, trained: answer.length > 0 ? answer : trained },
    };
  });
  return { part, list };
}
