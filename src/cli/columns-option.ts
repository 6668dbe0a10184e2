import path from 'node:path';
import { nearestConfigFile } from '../config/nearest';
import { parseConfig } from '../config/parse-config';
import { readConfigText } from '../config/read-config-text';
import type { Columns } from '../dataset/columns';
import { textOption } from './option-values';
import type { OptionHelp, OptionValues, Terminal } from './verb';

/** Of verbs that read a dataset by itself. */
export const COLUMNS_OPTION: Readonly<Record<'config', OptionHelp>> = {
  config: {
    type: 'string',
    value: 'CONFIG',
    help: 'sft.config.json whose "columns" name the question and answer fields; otherwise the nearest one above the file',
  },
};

/**
 * What a file calls the parts of its examples: as the configuration that is named says, else as the nearest one of the file's folder and
 * those above it does, as in the editor.
 * @throws SftError where the configuration that is named cannot be read or is wrong
 */
export async function columnsOf(file: string, options: OptionValues, terminal: Terminal): Promise<Columns> {
  const named = textOption(options, 'config');
  if (named !== undefined) return parseConfig(await readConfigText(named), named).columns ?? {};
  const nearest = await nearestConfigFile(path.dirname(path.resolve(file)));
  const columns = nearest?.config.values.columns ?? {};
  const pairs = Object.entries(columns).map(([ours, theirs]) => `${ours} is ${JSON.stringify(theirs)}`);
  if (nearest !== undefined && pairs.length > 0)
    terminal.log(`as "columns" in ${nearest.file} says: ${pairs.join(', ')}`);
  return columns;
}
