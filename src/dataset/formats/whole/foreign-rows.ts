import { isJsonObject, type JsonObject } from '../reading';
import { readExample } from '../read-example';
import { TURN_KEYS } from '../conversation';
import { columnTables } from './columns';
import { turnLists } from './conversation-files';
import { readWholeFile } from './whole-file';
import { listUnderKey } from './wrapped';

interface Refusal {
  readonly fits: (row: JsonObject) => boolean;
  readonly message: string;
}

const APART = 'write question and answer separately';
const REFUSALS: readonly Refusal[] = [
  {
    fits: (row) => Array.isArray(row['input_ids']),
    message: 'these are token ids from another program - use the texts they were made from',
  },
  {
    fits: (row) => '_input_hash' in row || '_task_hash' in row,
    message: `these are Prodigy's tasks: they hold texts and decisions, not answers - ${APART}`,
  },
  {
    fits: (row) => ('text' in row || 'data' in row || 'sentence' in row) && ('label' in row || 'labels' in row),
    message: `these are texts with labels (classification, doccano): there is no question - ${APART}, the label as the answer`,
  },
  {
    fits: (row) => typeof row['text'] === 'string' || typeof row['content'] === 'string',
    message: `these are rows of ready-made text: it is not clear what is asked and what is answered - ${APART}`,
  },
];

/** What the first values of a file are where none of them is an example of a format; undefined where nothing is known of them. */
export function foreignRows(values: readonly unknown[]): string | undefined {
  const hidden = values.length === 1 ? hiddenInExample(values[0]) : undefined;
  if (hidden !== undefined) return wholeFileMessage(hidden);
  if (values.length === 0 || values.some((value) => readExample(value) !== undefined)) return undefined;
  const whole =
    readWholeFile(values.length === 1 && isJsonObject(values[0]) ? values[0] : values) ?? readWholeFile(values);
  if (whole !== undefined) return wholeFileMessage(whole.name);
  const rows = values.filter(isJsonObject);
  if (rows.length === 0) return undefined;
  // Of a list of lists the parser gives what the inner ones hold.
  const turns = turnLists(rows);
  if (turns !== undefined) return wholeFileMessage(turns.name);
  return REFUSALS.find(({ fits }) => rows.every(fits))?.message;
}

/** What an object holds that has the keys of an example, but lists for texts, or examples or lists of turns for turns. */
function hiddenInExample(value: unknown): string | undefined {
  const reading = readExample(value);
  if (reading === undefined) return undefined;
  const { kind } = reading;
  if (kind !== 'messages' && kind !== 'sharegpt') return columnTables(value)?.name;
  const turns = reading.value[TURN_KEYS[kind].turns];
  const whole = Array.isArray(turns) && Array.isArray(turns[0]) ? columnTables(value) : listUnderKey(value);
  return whole?.name;
}

/** What a lone object in place of a list is; undefined where nothing is known of it. */
export function loneValue(value: unknown): string | undefined {
  const foreign = foreignRows([value]);
  if (foreign !== undefined || readExample(value) === undefined) return foreign;
  return 'the file holds one example, not a list of them - put [ before and ] after it';
}

export function wholeFileMessage(name: string): string {
  return `the file contains ${name} - \`sft convert\` (SFT: Convert Dataset…) turns it into a dataset`;
}
