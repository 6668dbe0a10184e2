import type { Span } from '../base/spans';
import type { ExampleScore } from '../model/score';
import type { TokenSequence } from '../model/batch';
import type { AskedQuestion } from '../text/chat-tokenizer';
import { aggregateRouge, type RougeSummary } from '../text/rouge/bootstrap';
import { scoreRouge, type RougeScores } from '../text/rouge/rouge';
import { tokenizeForRouge, type RougeOptions } from '../text/rouge/tokenize';
import type { AnswerOptions, GivenAnswer } from './answer';
import type { AskableModel } from './askable';

/** A held-out example, tokenised, with its place in the data. */
export interface EvaluationExample extends TokenSequence, AskedQuestion {
  readonly index: number;
  readonly line: number;
  readonly reference: string;
  /** The tokens of the reference. */
  readonly answer: readonly Span[];
}

/** ROUGE of one model's answers against the references, with the loss over the references' tokens. */
export type ModelEvaluation = RougeSummary & {
  /** Mean NLL over all trained tokens of the part. */
  readonly loss: number;
  /** exp(loss) */
  readonly perplexity: number;
  /** Answers that were ended by max_new_tokens. */
  readonly cut: number;
  /** Words of an answer, the mean. */
  readonly answer_words: number;
};

export interface Answered extends ExampleScore, GivenAnswer {
  readonly rouge: RougeScores;
}

export interface EvaluateOptions extends AnswerOptions {
  readonly rouge: RougeOptions;
  /** Of the bootstrap. */
  readonly seed: number;
}

/**
 * Answers every question greedily and scores the answers; examples in the order given.
 * @throws the signal's reason where it is aborted
 */
export async function evaluateModel(
  model: AskableModel,
  examples: readonly EvaluationExample[],
  options: EvaluateOptions,
): Promise<{ summary: ModelEvaluation; answers: Answered[] }> {
  const { loss, perExample } = await model.score(
    // Where the last answer was cut off, what is left of the earlier ones.
    examples.map(({ ids, trained, answer }) => ({ ids, trained: answer.length > 0 ? answer : trained })),
  );
  options.onAnswer?.(options.answered?.length ?? 0);
  const given = await model.answer(examples, options);
  const answers = examples.map((example, i) => ({
    ...perExample[i]!,
    ...given[i]!,
    rouge: scoreRouge(example.reference, given[i]!.answer, options.rouge),
  }));
  const rouge = aggregateRouge(
    answers.map((answer) => answer.rouge),
    { seed: options.seed },
  );
  const cut = given.filter((one) => one.cut).length;
  const answer_words = meanWords(
    given.map(({ answer }) => answer),
    options.rouge,
  );
  return { summary: { ...rouge, loss, perplexity: Math.exp(loss), cut, answer_words }, answers };
}

/** Words of a text as ROUGE counts them, the mean over at least one text. */
export function meanWords(texts: readonly string[], rouge: RougeOptions): number {
  return texts.reduce((sum, text) => sum + tokenizeForRouge(text, rouge).length, 0) / texts.length;
}
