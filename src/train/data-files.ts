import type { ResolvedConfig } from '../config/config-schema';
import { DATA_KEYS } from '../config/config-paths';
import { partShares } from '../config/part-shares';
import { OUR_COLUMNS } from '../dataset/columns';
import { readDataset, type Dataset } from '../dataset/read';
import { splitDataset, type Part, type Split } from '../dataset/split/split';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import { readEncoded, type EncodeOptions } from './examples/encode-dataset';
import type { EncodedDataset } from './examples/encoded-example';

export type DataKey = (typeof DATA_KEYS)[number];
/** What a run remembers the hash of: its data, and general questions of its own. */
export type HashedKey = DataKey | 'retention_dataset';

/** The files that a configuration names its data in. */
export interface ReadFiles {
  /** In the order of DATA_KEYS. */
  readonly files: readonly { readonly key: DataKey; readonly dataset: Dataset }[];
}

/** Which examples of some files are in which part. */
export interface Divided {
  /** In the order of DATA_KEYS. */
  readonly files: readonly { readonly key: DataKey }[];
  /** How `dataset` itself is divided: a part that has a file of its own takes nothing from it. */
  readonly split: Split;
}

/** The files, read and divided. */
export interface DataFiles extends ReadFiles, Divided {
  readonly files: ReadFiles['files'];
}

/** The files, tokenised and divided. */
export interface EncodedFiles extends Divided {
  readonly files: readonly { readonly key: DataKey; readonly dataset: EncodedDataset }[];
}

/** The key that names a file which is all of a part. */
export const KEY_OF_PART: Readonly<Record<Part, DataKey>> = {
  train: 'dataset',
  validation: 'validation_dataset',
  test: 'test_dataset',
};

/** Which file's examples a prediction on the test part is about. */
export function testKey(config: Pick<ResolvedConfig, 'test_dataset'>): 'dataset' | 'test_dataset' {
  return config.test_dataset === null ? 'dataset' : 'test_dataset';
}

/**
 * Reads the files of the data.
 * @throws SftError `unreadable-file`; the signal's reason
 */
export async function readDataFiles(config: ResolvedConfig, signal?: AbortSignal): Promise<ReadFiles> {
  const files: { key: DataKey; dataset: Dataset }[] = [];
  for (const { key, file } of namedFiles(config)) {
    const options = { columns: config.columns ?? OUR_COLUMNS, ...(signal === undefined ? {} : { signal }) };
    files.push({ key, dataset: await readDataset(file, options) });
  }
  return { files };
}

/**
 * Reads the files of the data, tokenises and divides them.
 * @param chat undefined where there is no model
 * @throws SftError what readEncoded throws
 */
export async function encodeDataFiles(
  config: ResolvedConfig,
  chat: ChatTokenizer | undefined,
  options: Pick<EncodeOptions, 'signal' | 'stopsAtErrors'> = {},
): Promise<EncodedFiles> {
  const files: { key: DataKey; dataset: EncodedDataset }[] = [];
  const parts = partShares(config);
  const { max_seq_length: maxSeqLength } = config;
  for (const { key, file } of namedFiles(config)) {
    const source = { file, columns: config.columns ?? OUR_COLUMNS };
    const divided = key === 'dataset' ? { parts } : {};
    files.push({ key, dataset: await readEncoded(source, chat, { maxSeqLength, ...divided, ...options }) });
  }
  return { files, split: files[0]!.dataset.split! };
}

/** The files that a configuration names, in the order of DATA_KEYS. */
export function namedFiles(config: ResolvedConfig): { readonly key: DataKey; readonly file: string }[] {
  return DATA_KEYS.flatMap((key) => {
    const file = config[key];
    return file === null ? [] : [{ key, file }];
  });
}

/** Divides the first of the files. @throws SftError what splitDataset refuses */
export function divideFiles({ files }: ReadFiles, config: ResolvedConfig): DataFiles {
  const examples = files[0]!.dataset.examples.map((example) => example.value);
  return { files, split: splitDataset(examples, partShares(config)) };
}

/**
 * What was made of the files' examples, by parts.
 * @param made for each file, in the order of `files`, one thing for each of its examples
 */
export function byParts<T>({ files, split }: Divided, made: readonly (readonly T[])[]): Record<Part, readonly T[]> {
  const of = (part: Part): readonly T[] => {
    const own = files.findIndex(({ key }, at) => at > 0 && key === KEY_OF_PART[part]);
    return own === -1 ? split[part].map((i) => made[0]![i]!) : made[own]!;
  };
  return { train: of('train'), validation: of('validation'), test: of('test') };
}
