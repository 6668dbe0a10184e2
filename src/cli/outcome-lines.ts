import type { Prediction, RunEvaluation } from '../runs/folder/evaluation-schema';
import { answersToRead } from '../text/answers-to-read';
import { headline, nextText } from '../text/rouge/headline';

/** What a run came to, to be read at its end: the headline, three answers before and after, and what to do next. */
export function outcomeLines(evaluation: RunEvaluation, predictions: readonly Prediction[]): string[] {
  const answers = answersToRead(predictions).flatMap(({ line, question, reference, base, tuned }) => [
    `  ${oneLine(question)} (line ${line})`,
    `    yours:  ${oneLine(reference)}`,
    `    before: ${oneLine(base.answer)}`,
    `    after:  ${oneLine(tuned.answer)}`,
    '',
  ]);
  return ['', headline(evaluation), '', ...answers, nextText(evaluation)];
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? '(nothing)' : line;
}
