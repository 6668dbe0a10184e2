import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { CONFIG_NAME } from '../config/names';

/** What the editor takes from a configuration; both may be missing while it is being written. */
export interface NearestConfig {
  readonly file: string;
  /** Absolute; undefined where none is named or it holds no tokenizer.json. */
  readonly modelFolder: string | undefined;
  readonly maxSeqLength: number | undefined;
}

/** The sft.config.json of the folder or the nearest one above it, read leniently: it may be half written. */
export async function nearestConfig(folder: string): Promise<NearestConfig | undefined> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const file = path.join(at, CONFIG_NAME);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return readLeniently(file, text);
    if (path.dirname(at) === at) return undefined;
  }
}

async function readLeniently(file: string, text: string): Promise<NearestConfig> {
  const value: unknown = parse(text);
  const keys = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const name = keys['model_name'];
  const length = keys['max_seq_length'];
  const modelFolder = typeof name === 'string' ? path.resolve(path.dirname(file), name) : undefined;
  return {
    file,
    modelFolder: modelFolder !== undefined && (await hasTokenizer(modelFolder)) ? modelFolder : undefined,
    maxSeqLength: typeof length === 'number' && Number.isInteger(length) && length > 0 ? length : undefined,
  };
}

/** Whether a folder can count tokens. */
export async function hasTokenizer(folder: string): Promise<boolean> {
  return stat(path.join(folder, 'tokenizer.json')).then(
    (found) => found.isFile(),
    () => false,
  );
}
