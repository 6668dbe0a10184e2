import type { Prediction, RunEvaluation } from '../runs/folder/evaluation-schema';
import { answersToRead } from '../text/answers-to-read';
import { headline, nextText } from '../text/rouge/headline';
import { oneLine } from './one-line';

/** What a run came to, to be read at its end: the headline, three answers of base and tuned model, and what to do next. */
export function outcomeLines(evaluation: RunEvaluation, predictions: readonly Prediction[]): string[] {
  const answers = answersToRead(predictions).flatMap(({ line, question, reference, base, tuned }) => [
    `  ${said(question)} (line ${line})`,
    `    reference: ${said(reference)}`,
    `    base:      ${said(base.answer)}`,
    `    tuned:     ${said(tuned.answer)}`,
    '',
  ]);
  return ['', headline(evaluation), '', ...answers, nextText(evaluation)];
}

function said(text: string): string {
  return oneLine(text) || '(nothing)';
}
