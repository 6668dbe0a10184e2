import type { Prediction, RunEvaluation } from '../runs/folder/evaluation-schema';
import { answersToRead } from '../text/answers-to-read';
import { headline, nextText } from '../text/rouge/headline';
import { oneLine } from './one-line';

/** What a run came to, to be read at its end: the headline, three answers before and after, and what to do next. */
export function outcomeLines(evaluation: RunEvaluation, predictions: readonly Prediction[]): string[] {
  const answers = answersToRead(predictions).flatMap(({ line, question, reference, base, tuned }) => [
    `  ${said(question)} (line ${line})`,
    `    yours:  ${said(reference)}`,
    `    before: ${said(base.answer)}`,
    `    after:  ${said(tuned.answer)}`,
    '',
  ]);
  return ['', headline(evaluation), '', ...answers, nextText(evaluation)];
}

function said(text: string): string {
  return oneLine(text) || '(nothing)';
}
