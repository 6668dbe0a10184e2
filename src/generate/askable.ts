import type { LlamaModel } from '../model/llama';
import type { TokenSequence } from '../model/batch';
import { scoreExamples, type ExampleScore } from '../model/score';
import type { AskedQuestion, ChatTokenizer } from '../text/chat-tokenizer';
import { answerQuestions, type AnswerOptions, type GivenAnswer } from './answer';

/** Mean NLL over all trained tokens of some sequences (NaN where there is none), and the NLL of each. */
export interface Scores {
  readonly loss: number;
  readonly perExample: readonly ExampleScore[];
}

/** A model that can be examined, wherever its weights are. */
export interface AskableModel {
  score(sequences: readonly TokenSequence[]): Promise<Scores>;
  /**
   * Greedy answers to questions, each in a conversation of its own.
   * @throws the signal's reason where it is aborted
   */
  answer(questions: readonly AskedQuestion[], options: AnswerOptions): Promise<readonly GivenAnswer[]>;
}

/** A model of this process. */
export function askable(model: LlamaModel, chat: ChatTokenizer): AskableModel {
  return {
    score: (sequences) => scoreExamples(model, sequences),
    answer: (questions, options) => answerQuestions(model, chat, questions, options),
  };
}
