import { countOf } from '../base/count-of';
import type { TokenLength, LengthSummary } from '../text/token-lengths';
import type { AnalysisResult, TokenParts } from './protocol';

type HintLength = Omit<TokenLength, 'problem'>;

/** `1,234`, and `≈1,234` for an estimate. */
function countText(value: number, estimated: boolean): string {
  return `${estimated ? '≈' : ''}${value.toLocaleString('en-US')}`;
}

/** `18%` */
function shareText(tokens: number, maxSeqLength: number): string {
  return `${Math.round((100 * tokens) / maxSeqLength)}%`;
}

/**
 * `187 tok · 92 trained · 18%`: the last is the share of max_seq_length. Over it, a sign and how many tokens are cut. `2 of 3 answers` where
 * some are not trained.
 */
export function hintText(length: HintLength, maxSeqLength: number, estimated: boolean): string {
  if (length.tokens === 0) return '⚠ the chat template refuses it';
  const parts = [
    `${countText(length.tokens, estimated)} tok`,
    `${countText(length.trained, estimated)} trained`,
    shareText(length.tokens, maxSeqLength),
    ...(length.trainedAnswers === length.answers ? [] : [`${length.trainedAnswers} of ${length.answers} answers`]),
  ];
  if (length.truncated === 0) return parts.join(' · ');
  const loss = length.trained === 0 ? 'answer lost' : `${countText(length.truncated, estimated)} cut`;
  return `⚠ ${[...parts, loss].join(' · ')}`;
}

/** The hover of a hint, Markdown. */
export function partsText(parts: TokenParts, length: HintLength, maxSeqLength: number): string {
  const rows = [
    ['prompt', parts.prompt],
    ['answer', parts.answer],
    ['chat template', parts.template],
    ['all', parts.tokens],
    ['trained', length.trained],
  ] as const;
  const table = rows.map(([name, value]) => `| ${name} | ${countText(value, false)} |`);
  const sentences = [
    `The example takes ${shareText(parts.tokens, maxSeqLength)} of max_seq_length, ${countText(maxSeqLength, false)} tokens.`,
    ...(length.truncated === 0 ? [] : [`${countText(length.truncated, false)} of its tokens lie beyond and are cut.`]),
    `The model learns to write the ${countText(length.trained, false)} trained tokens; it only reads the others.`,
    untrainedText(length),
  ].filter((sentence) => sentence !== '');
  return `${['| tokens | |', '|---|--:|', ...table].join('\n')}\n\n${sentences.join(' ')}`;
}

/** What is not trained of an example's answers; empty where all are. */
export function untrainedText({ answers, trainedAnswers }: Pick<TokenLength, 'answers' | 'trainedAnswers'>): string {
  return answers === trainedAnswers
    ? ''
    : `${trainedAnswers} of ${answers} answers are trained; the others are context, because of train_on, or of weight 0 or train false in the data.`;
}

/** Hover of an estimated hint. */
export const ESTIMATE_TEXT =
  'An estimate: characters / 4. It is close for English and often only half the true count for other languages, and leaves out the chat template, often 10 to 40 tokens per example. Choose a model with "SFT: Select Model" for exact counts.';

/**
 * The totals of a file; `440 ex · counting…` while not all are counted: sums of the examples that happen to be counted already would be
 * read as those of the file.
 */
export function totalsText({
  complete,
  count,
  summary,
  estimated,
}: Pick<AnalysisResult, 'complete' | 'count' | 'summary' | 'estimated'>): string {
  return complete ? summaryText(count, summary, estimated) : `${countText(count, false)} ex · counting…`;
}

/** Where token counts come from. */
export function countedText({
  modelName,
  modelProblem,
  maxSeqLength,
}: Pick<AnalysisResult, 'modelName' | 'modelProblem' | 'maxSeqLength'>): string {
  if (modelProblem !== undefined)
    return `The tokens cannot be counted by the model: ${modelProblem}\n\n${ESTIMATE_TEXT}`;
  if (modelName === undefined) return ESTIMATE_TEXT;
  return `Tokens as ${modelName} counts them, max_seq_length ${countText(maxSeqLength, false)}`;
}

/** The same in sentences, and where the counts come from. */
export function totalsExplained(
  result: Pick<
    AnalysisResult,
    'complete' | 'count' | 'summary' | 'estimated' | 'modelName' | 'modelProblem' | 'maxSeqLength'
  >,
): string {
  const { complete, count, summary, estimated } = result;
  const text = (value: number): string => countText(value, estimated);
  const said = `${countOf(count, 'example')} with ${text(summary.total)} tokens in all. Half of them have at most ${text(summary.p50)} (p50), 95% at most ${text(summary.p95)} (p95), the longest has ${text(summary.max)} (max).`;
  return complete && count > 0 ? `${said}\n\n${countedText(result)}` : countedText(result);
}

/** `440 ex · 81,234 tok · p50 183 · p95 240 · max 512` */
export function summaryText(count: number, summary: LengthSummary, estimated: boolean): string {
  const text = (value: number): string => countText(value, estimated);
  return [
    `${countText(count, false)} ex`,
    `${text(summary.total)} tok`,
    `p50 ${text(summary.p50)}`,
    `p95 ${text(summary.p95)}`,
    `max ${text(summary.max)}`,
  ].join(' · ');
}
