import type { LlamaModel } from '../model/llama';
import { scoreExamples, type ExampleScore } from '../model/score';
import type { TokenSequence } from '../model/batch';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import { aggregateRouge, type RougeSummary } from '../text/rouge/bootstrap';
import { scoreRouge, type RougeScores } from '../text/rouge/rouge';
import { answerQuestions, type AnswerOptions, type AskedQuestion } from './answer';

/** A held-out example, tokenised, with its place in the data. */
export interface EvaluationExample extends TokenSequence, AskedQuestion {
  readonly index: number;
  readonly line: number;
  readonly reference: string;
}

/** ROUGE of one model's answers against the references, with the loss over the references' tokens. */
export type ModelEvaluation = RougeSummary & {
  /** Mean NLL over all trained tokens of the part. */
  readonly loss: number;
  /** exp(loss) */
  readonly perplexity: number;
};

export interface Answered extends ExampleScore {
  readonly answer: string;
  readonly rouge: RougeScores;
}

export interface EvaluateOptions extends AnswerOptions {
  readonly stemmer: boolean;
  /** Of the bootstrap. */
  readonly seed: number;
}

/**
 * Answers every question greedily and scores the answers; examples in the order given.
 * @throws the signal's reason where it is aborted
 */
export async function evaluateModel(
  model: LlamaModel,
  chat: ChatTokenizer,
  examples: readonly EvaluationExample[],
  options: EvaluateOptions,
): Promise<{ summary: ModelEvaluation; answers: Answered[] }> {
  const { loss, perExample } = await scoreExamples(model, examples);
  const texts = await answerQuestions(model, chat, examples, options);
  const answers = examples.map((example, i) => ({
    ...perExample[i]!,
    answer: texts[i]!,
    rouge: scoreRouge(example.reference, texts[i]!, { stemmer: options.stemmer }),
  }));
  const rouge = aggregateRouge(
    answers.map((answer) => answer.rouge),
    { seed: options.seed },
  );
  return { summary: { ...rouge, loss, perplexity: Math.exp(loss) }, answers };
}
