import { stat } from 'node:fs/promises';
import path from 'node:path';
import { dataFiles } from '../config/config-paths';
import { nearestConfigFile } from '../config/nearest';
import type { Columns } from '../dataset/columns';
import type { TrainOn } from '../text/conversation-texts';
import type { EnableThinking } from '../text/enable-thinking';

/** What a configuration says that tokens depend on. */
export interface NearestConfig {
  readonly file: string;
  /** Absolute; undefined where none is named or it holds no tokenizer.json. */
  readonly modelFolder: string | undefined;
  readonly maxSeqLength: number;
  readonly systemPrompt: string | undefined;
  /** What the data call the parts of their examples. */
  readonly columns: Columns | undefined;
  /** The files of data that it names, absolute. */
  readonly dataFiles: readonly string[];
  readonly trainOn: TrainOn;
  readonly enableThinking: EnableThinking;
}

/** The sft.config.json of the folder or the nearest one above it, read leniently: it may be half written. */
export async function nearestConfig(folder: string): Promise<NearestConfig | undefined> {
  const found = await nearestConfigFile(folder);
  if (found === undefined) return undefined;
  const { values, paths } = found.config;
  const model = paths.model_name;
  return {
    file: found.file,
    modelFolder: model !== null && (await hasTokenizer(model)) ? model : undefined,
    maxSeqLength: values.max_seq_length,
    systemPrompt: values.system_prompt ?? undefined,
    columns: values.columns ?? undefined,
    dataFiles: dataFiles(paths),
    trainOn: values.train_on,
    enableThinking: values.enable_thinking,
  };
}

/** Whether a folder can count tokens. */
export async function hasTokenizer(folder: string): Promise<boolean> {
  return stat(path.join(folder, 'tokenizer.json')).then(
    (found) => found.isFile(),
    () => false,
  );
}
