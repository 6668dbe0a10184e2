import { QUESTIONS_AT_ONCE } from '../generate/answer';
import { generate } from '../generate/generate';
import { GREEDY } from '../generate/sampler';
import type { LlamaModel } from '../model/llama';
import { scoreExamples } from '../model/score';
import type { TestQuestion } from './test-questions';

/** Greedy tokens of an answer, without the one that ended it. */
export interface GivenTokens {
  readonly ids: readonly number[];
  /** Whether the model ended it, and not the number of tokens. */
  readonly ended: boolean;
}

/** What a model makes of the questions. */
export interface Measured {
  /** Of the right answers, in nats a token. */
  readonly nll: number;
  readonly answers: readonly GivenTokens[];
}

export interface MeasureOptions {
  readonly maxNewTokens: number;
  readonly stopTokenIds: readonly number[];
  readonly signal: AbortSignal;
}

/** Scores the right answers and answers the questions. @throws the signal's reason where it is aborted */
export async function measure(
  model: LlamaModel,
  questions: readonly TestQuestion[],
  { maxNewTokens, stopTokenIds, signal }: MeasureOptions,
): Promise<Measured> {
  signal.throwIfAborted();
  const { loss } = await scoreExamples(
    model,
    questions.map(({ sequence }) => sequence),
  );
  const answers: GivenTokens[] = [];
  for (let start = 0; start < questions.length; start += QUESTIONS_AT_ONCE) {
    const prompts = questions.slice(start, start + QUESTIONS_AT_ONCE).map(({ prompt }) => prompt);
    const random = () => () => 0;
    const given = await generate(model, prompts, { sampling: GREEDY, maxNewTokens, stopTokenIds, random, signal });
    signal.throwIfAborted();
    answers.push(...given.map(({ tokenIds, stop }) => ({ ids: tokenIds, ended: stop === 'stop' })));
  }
  return { nll: loss, answers };
}
