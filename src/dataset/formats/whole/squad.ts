import { countOf } from '../../../base/count-of';
import { isJsonObject, type JsonObject } from '../reading';
import type { WholeFile } from './whole';

/** SQuAD's articles, paragraphs and questions. A question without an answer in its paragraph teaches nothing and is left out. */
export function squad(value: unknown): WholeFile | undefined {
  const articles = isJsonObject(value) ? listOf(value['data']) : [];
  if (!articles.some(({ paragraphs }) => Array.isArray(paragraphs))) return undefined;
  const rows: JsonObject[] = [];
  let unanswerable = 0;
  for (const { paragraphs } of articles) {
    for (const { context, qas } of listOf(paragraphs)) {
      for (const { question, answers, is_impossible: impossible, id } of listOf(qas)) {
        const [first] = listOf(answers);
        if (impossible === true || first === undefined) unanswerable++;
        else rows.push({ ...(id === undefined ? {} : { id }), question, context, answer: first['text'] });
      }
    }
  }
  const leftOut = unanswerable === 0 ? {} : { leftOut: `${countOf(unanswerable, 'question')} without an answer` };
  return { name: "SQuAD's questions about paragraphs", rows, ...leftOut };
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
