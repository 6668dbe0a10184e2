import { createHash } from 'node:crypto';
import type { Prediction } from './folder/evaluation-schema';

/** The same for the same questions with the same right answers in the same order, wherever they came from. */
export function questionsKey(predictions: readonly Prediction[]): string {
  const hash = createHash('sha256');
  for (const { question, reference } of predictions) hash.update(`${JSON.stringify([question, reference])}\n`);
  return hash.digest('hex');
}
