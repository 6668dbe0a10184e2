import type { LlamaModel } from '../model/llama';
import { QUESTIONS_AT_ONCE } from './answer';
import { generate } from './generate';
import { GREEDY } from './sampler';

/** How long answering takes, in seconds, with questions answered side by side. */
export interface AnswerPace {
  /** For each token of the questions. */
  readonly prompt: number;
  /** For each step of a group, however many of its answers still run. */
  readonly step: number;
  /** For each token that is written, besides. */
  readonly row: number;
  /** Tokens of answers as they were seen; of those that had not ended, the most that they may have. */
  readonly lengths: readonly number[];
}

/** The pace of a model whose tokens are so many times as much work. */
export function scaled(pace: AnswerPace, by: number): AnswerPace {
  return { ...pace, prompt: pace.prompt * by, step: pace.step * by, row: pace.row * by };
}

/** What turns a question into ids, and which of them end an answer. */
interface Asking<Question> {
  encodeQuestion(question: Question): readonly number[];
  readonly stopTokenIds: readonly number[];
}

/** A run times its answers for so long at most, besides reading the questions, before its first step. */
export const PACE_SECONDS = 1;
/** Steps that a time is told from at least. */
const FEWEST = 3;

/**
 * Measures how fast a model answers: some of the questions side by side, until a time is over, and one of them alone.
 * @param questions at least one
 * @param budget seconds that the answers side by side may take
 */
export async function measureAnswerPace<Question>(
  model: LlamaModel,
  chat: Asking<Question>,
  questions: readonly Question[],
  { maxNewTokens, budget }: { readonly maxNewTokens: number; readonly budget: number },
): Promise<AnswerPace> {
  const prompts = questions.slice(0, QUESTIONS_AT_ONCE).map((question) => chat.encodeQuestion(question));
  const { stopTokenIds } = chat;
  const together = await timed(model, stopTokenIds, prompts, maxNewTokens, budget);
  const alone = await timed(model, stopTokenIds, prompts.slice(0, 1), Math.min(1 + FEWEST, maxNewTokens), Infinity);
  const { prompt, steps, seconds, written, lengths } = together;
  // seconds = steps * step + written * row, and alone a step writes one token.
  const single = alone.steps === 0 ? 0 : alone.seconds / alone.steps;
  const row = written > steps ? Math.max(0, (seconds - steps * single) / (written - steps)) : 0;
  return { prompt, step: Math.max(0, single - row), row, lengths };
}

/** Answers and looks at the clock. What the prompts took is told apart from the steps after the first token. */
async function timed(
  model: LlamaModel,
  stopTokenIds: readonly number[],
  prompts: readonly (readonly number[])[],
  maxNewTokens: number,
  budget: number,
): Promise<{ prompt: number; steps: number; seconds: number; written: number; lengths: number[] }> {
  const abort = new AbortController();
  const started = performance.now();
  let first: number | undefined;
  let last = started;
  let tokens = 0;
  const continuations = await generate(model, prompts, {
    sampling: GREEDY,
    maxNewTokens,
    stopTokenIds,
    random: () => () => 0,
    signal: abort.signal,
    onToken: () => {
      last = performance.now();
      first ??= last;
      tokens += 1;
      if (last - first > 1000 * budget && tokens > (1 + FEWEST) * prompts.length) abort.abort();
    },
  });
  const begun = continuations.filter(({ tokenIds }) => tokenIds.length > 0).length;
  return {
    prompt: ((first ?? performance.now()) - started) / 1000 / prompts.reduce((sum, one) => sum + one.length, 0),
    steps: Math.max(1, ...continuations.map(({ tokenIds }) => tokenIds.length)) - 1,
    seconds: (last - (first ?? last)) / 1000,
    written: tokens - begun,
    lengths: continuations.map(({ tokenIds, stop }) => (stop === 'stop' ? tokenIds.length : maxNewTokens)),
  };
}
