import type { ResolvedConfig } from '../../config/config-schema';
import { writeFileAtomic } from '../../base/files';
import type { GivenAnswer } from '../../generate/answer';
import type { AskableModel } from '../../generate/askable';
import { evaluateModel, meanWords, type Answered, type ModelEvaluation } from '../../generate/evaluate';
import { meanGain } from '../../text/rouge/bootstrap';
import { needUnicodeWords } from '../../text/rouge/choose-words';
import type { EncodedDatasetExample } from '../../train/examples/encoded-example';
import type { Retention } from '../../train/retention/measure';
import type { RunArtifacts } from '../artifacts';
import type { PredictedAnswer, Prediction, RunEvaluation } from '../folder/evaluation-schema';

export interface EvaluateRunOptions {
  readonly stemmer: boolean;
  /** Whether words of every script are compared; as `rouge_unicode` says unless given. */
  readonly unicode?: boolean;
  /** What training cost in general knowledge, as it was measured. */
  readonly retention: Retention | null;
  readonly onProgress?: (model: 'base' | 'tuned', done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** What an evaluation of the same run that was aborted has answered already; the new answers are added as they come. */
  readonly answered?: Readonly<Record<'base' | 'tuned', GivenAnswer[]>>;
}

/**
 * Evaluates base and tuned model on the examples and writes evaluation.json and predictions.jsonl. Each file is whole or absent; the
 * predictions are written first, so that an evaluation always has its predictions.
 * @param examples at least one
 * @throws the signal's reason where it is aborted; nothing is written then
 */
export async function evaluateRun(
  artifacts: RunArtifacts,
  config: ResolvedConfig,
  models: Readonly<Record<'base' | 'tuned', AskableModel>>,
  examples: readonly EncodedDatasetExample[],
  options: EvaluateRunOptions,
): Promise<{ evaluation: RunEvaluation; predictions: Prediction[] }> {
  const { stemmer, onProgress, signal, answered } = options;
  const references = examples.map(({ reference }) => reference);
  const unicode = options.unicode ?? config.rouge_unicode ?? needUnicodeWords(references);
  const rouge = { stemmer, unicode };
  const run = (name: 'base' | 'tuned'): ReturnType<typeof evaluateModel> =>
    evaluateModel(models[name], examples, {
      maxNewTokens: config.max_new_tokens,
      rouge,
      seed: config.seed,
      onAnswer: (done) => onProgress?.(name, done, examples.length),
      ...(signal === undefined ? {} : { signal }),
      ...(answered === undefined ? {} : { answered: answered[name] }),
    });
  const base = await run('base');
  const after = await run('tuned');
  const evaluation: RunEvaluation = {
    examples: examples.length,
    stemmer,
    unicode,
    max_new_tokens: config.max_new_tokens,
    reference_words: meanWords(references, rouge),
    base: written(base.summary),
    tuned: written(after.summary),
    gain: meanGain(scores(base.answers), scores(after.answers), config.seed),
    retention: options.retention,
  };
  const predictions = examples.map(({ index, line, question, agency, reference }, i) => ({
    index,
    line,
    agency,
    question,
    reference,
    base: predicted(base.answers[i]!),
    tuned: predicted(after.answers[i]!),
  }));
  await writeFileAtomic(artifacts.predictionsFile, predictions.map((p) => `${JSON.stringify(p)}\n`).join(''));
  await writeFileAtomic(artifacts.evaluationFile, `${JSON.stringify(evaluation, null, 2)}\n`);
  return { evaluation, predictions };
}

function scores(answers: readonly Answered[]): number[] {
  return answers.map(({ rouge }) => rouge.rougeL.f1);
}

/** JSON holds no infinite number. */
function written(summary: ModelEvaluation): RunEvaluation['base'] {
  return { ...summary, perplexity: Number.isFinite(summary.perplexity) ? summary.perplexity : null };
}

function predicted({ answer, cut, rouge, nll, targets }: Answered): PredictedAnswer {
  const { rouge1, rouge2, rougeL } = rouge;
  return { answer, cut, rouge1: rouge1.f1, rouge2: rouge2.f1, rougeL: rougeL.f1, nll, trained: targets };
}
