import { OUR_COLUMNS, type Columns } from '../dataset/columns';
import type { DatasetExample } from '../dataset/example';
import { mayThink } from '../dataset/may-think';
import { streamBatches } from '../dataset/read';
import { thinks } from '../dataset/thoughts';

/** Whether the model is asked to think before it answers: `auto` where the data do. */
export type EnableThinking = 'auto' | boolean;

/** One value for all examples of a dataset. */
export function isThinking(
  setting: EnableThinking,
  examples: readonly Pick<DatasetExample, 'value' | 'thoughts' | 'history' | 'turns'>[],
): boolean {
  return setting === 'auto' ? examples.some(thinks) : setting;
}

/** As isThinking, of files, which are read where the setting is `auto`. @throws SftError `unreadable-file` (exit code 2) */
export async function isThinkingIn(
  setting: EnableThinking,
  files: readonly string[],
  columns: Columns,
  signal?: AbortSignal,
): Promise<boolean> {
  if (setting !== 'auto') return setting;
  for (const file of files) {
    if (columns === OUR_COLUMNS && !(await mayThink(file))) continue;
    const options = { rules: [], columns, ...(signal === undefined ? {} : { signal }) };
    for await (const batch of streamBatches(file, options)) {
      if (batch.some((item) => item.type === 'example' && thinks(item.example))) return true;
    }
  }
  return false;
}
