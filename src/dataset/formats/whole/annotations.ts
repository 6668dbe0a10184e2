import { isJsonObject, type JsonObject } from '../reading';
import type { WholeFile } from './whole';

/** Keys of a task that hold the text which was asked about. */
const ASKED = ['question', 'prompt', 'instruction', 'text', 'input'];

/** Tasks with what people wrote about them: Label Studio's and Argilla's exports. The first text of each is the answer. */
export function annotated(value: unknown): WholeFile | undefined {
  const rows = (value as readonly unknown[]).filter(isJsonObject);
  const studio = rows.length > 0 && rows.every((row) => isJsonObject(row['data']) && Array.isArray(row['annotations']));
  if (studio) return tasks("Label Studio's tasks", rows, 'data', ({ annotations }) => studioText(annotations));
  const argilla = rows.length > 0 && rows.every((row) => isJsonObject(row['fields']) && 'responses' in row);
  return argilla ? tasks("Argilla's records", rows, 'fields', ({ responses }) => argillaText(responses)) : undefined;
}

function tasks(
  name: string,
  rows: readonly JsonObject[],
  asked: string,
  answered: (row: JsonObject) => string | undefined,
): WholeFile | undefined {
  const examples: JsonObject[] = [];
  for (const row of rows) {
    const task = row[asked] as JsonObject;
    const key = ASKED.find((one) => typeof task[one] === 'string');
    const answer = answered(row);
    if (key !== undefined && answer !== undefined) examples.push({ question: task[key], answer });
  }
  const missing = rows.length - examples.length;
  const leftOut = missing === 0 ? {} : { leftOut: `${missing.toLocaleString('en-US')} without a written text` };
  return examples.length === 0 ? undefined : { name, rows: examples, ...leftOut };
}

function studioText(annotations: unknown): string | undefined {
  for (const { result } of (annotations as readonly unknown[]).filter(isJsonObject)) {
    for (const { value } of Array.isArray(result) ? result.filter(isJsonObject) : []) {
      const text = isJsonObject(value) ? value['text'] : undefined;
      const first: unknown = Array.isArray(text) ? text[0] : text;
      if (typeof first === 'string') return first;
    }
  }
  return undefined;
}

function argillaText(responses: unknown): string | undefined {
  if (typeof responses === 'string') return responses;
  for (const item of Array.isArray(responses) ? responses : isJsonObject(responses) ? Object.values(responses) : []) {
    if (typeof item === 'string') return item;
    const found = argillaText(
      Array.isArray(item) ? item : isJsonObject(item) ? (item['value'] ?? item['values']) : undefined,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
