import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceListing } from '../../compute/provider';
import type { ConfigFacts } from '../../config/facts';
import { readLeniently } from '../../config/lenient-config';
import { OUR_COLUMNS, type Columns } from '../../dataset/columns';
import { tableFormat } from '../../dataset/formats/table-file';
import { countRows } from '../../dataset/parquet/count-rows';
import { countExamples } from './count-examples';
import { countTableRows } from './count-table-rows';

/** Larger datasets are not counted while somebody types. */
const MAX_DATASET_BYTES = 50_000_000;
const MAX_MODEL_CONFIG_BYTES = 1_000_000;

/** Reads what is known about the files of a configuration, and reads each of them again only when it has changed. */
export class FactReader {
  readonly #cache = new Map<string, { readonly stamp: string; readonly fact: Promise<unknown> }>();

  /** @param devices of this machine, where somebody knows them */
  constructor(private readonly devices?: () => Promise<readonly DeviceListing[]>) {}

  /** Facts that cannot be had are left out; nothing is thrown. */
  async read(text: string, file: string): Promise<ConfigFacts> {
    const { paths, values } = readLeniently(text, file);
    const columns = values.columns ?? OUR_COLUMNS;
    const { model_name: folder } = paths;
    const count = (data: string | null): Promise<number | undefined> =>
      this.#once(data, MAX_DATASET_BYTES, (found) => exampleCount(found, columns), JSON.stringify(columns));
    const [model, examples, validated, tested, devices] = await Promise.all([
      this.#once(folder === null ? null : path.join(folder, 'config.json'), MAX_MODEL_CONFIG_BYTES, modelFacts),
      count(paths.dataset),
      count(paths.validation_dataset),
      count(paths.test_dataset),
      this.devices?.(),
    ]);
    return {
      ...model,
      ...(examples === undefined ? {} : { datasetExamples: examples }),
      ...(validated === undefined ? {} : { validationExamples: validated }),
      ...(tested === undefined ? {} : { testExamples: tested }),
      ...(devices === undefined ? {} : { devices }),
    };
  }

  /** @param told what the reading depends on besides the file */
  async #once<T>(
    file: string | null,
    limit: number,
    read: (file: string) => Promise<T>,
    told = '',
  ): Promise<T | undefined> {
    const found = file === null ? undefined : await stat(file).catch(() => undefined);
    if (file === null || found?.isFile() !== true || found.size > limit) return undefined;
    const stamp = `${found.mtimeMs}:${found.size}:${told}`;
    const known = this.#cache.get(file);
    if (known?.stamp === stamp) return known.fact as Promise<T | undefined>;
    const fact = read(file).catch(() => undefined);
    this.#cache.set(file, { stamp, fact });
    return fact;
  }
}

async function exampleCount(file: string, columns: Columns): Promise<number | undefined> {
  if (/\.parquet$/i.test(file)) return countRows(file);
  const table = tableFormat(file);
  if (table === undefined && !/\.(json|jsonl|ndjson)$/i.test(file)) return undefined;
  const count = await (table === undefined ? countExamples(file) : countTableRows(file, table, columns));
  return count === 0 ? undefined : count;
}

async function modelFacts(file: string): Promise<ConfigFacts> {
  const value: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (typeof value !== 'object' || value === null) return {};
  const { max_position_embeddings: positions, vocab_size: vocab } = value as Readonly<Record<string, unknown>>;
  return {
    ...(isCount(positions) ? { modelMaxPositions: positions } : {}),
    ...(isCount(vocab) ? { modelVocab: vocab } : {}),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0;
}
