import { isJsonObject, type JsonObject } from '../reading';
import { readExample } from '../read-example';
import { columnTables } from './columns';
import { readWholeFile } from './whole-file';

interface Refusal {
  readonly fits: (row: JsonObject) => boolean;
  readonly message: string;
}

const APART = 'write question and answer apart';
const REFUSALS: readonly Refusal[] = [
  {
    fits: (row) => Array.isArray(row['input_ids']),
    message: 'these are token ids of another program - take the texts that they were made from',
  },
  {
    fits: (row) => '_input_hash' in row || '_task_hash' in row,
    message: `these are Prodigy's tasks: they hold texts and decisions, not answers - ${APART}`,
  },
  {
    fits: (row) => ('text' in row || 'data' in row || 'sentence' in row) && ('label' in row || 'labels' in row),
    message: `these are texts with labels (classification, doccano): nothing says what is asked - ${APART}, the label as the answer`,
  },
  {
    fits: (row) => typeof row['text'] === 'string' || typeof row['content'] === 'string',
    message: `these are rows of ready-made text: they carry no prompt, so nothing says what is asked and what is answered - ${APART}`,
  },
];

/** What the first values of a file are where none of them is an example of a format; undefined where nothing is known of them. */
export function foreignRows(values: readonly unknown[]): string | undefined {
  const table = values.length === 1 ? tableOfColumns(values[0]) : undefined;
  if (table !== undefined) return wholeFileMessage(table);
  if (values.length === 0 || values.some((value) => readExample(value) !== undefined)) return undefined;
  const whole =
    readWholeFile(values.length === 1 && isJsonObject(values[0]) ? values[0] : values) ?? readWholeFile(values);
  if (whole !== undefined) return wholeFileMessage(whole.name);
  const rows = values.filter(isJsonObject);
  if (rows.length === 0) return undefined;
  return REFUSALS.find(({ fits }) => rows.every(fits))?.message;
}

/** The name of a table by columns whose names are those of an example: one example whose question is a list is none. */
function tableOfColumns(value: unknown): string | undefined {
  const kind = readExample(value)?.kind;
  if (kind === undefined || kind === 'messages' || kind === 'sharegpt') return undefined;
  return columnTables(value)?.name;
}

export function wholeFileMessage(name: string): string {
  return `the file holds ${name} - \`sft convert\` (SFT: Convert Dataset…) makes a dataset of it`;
}
