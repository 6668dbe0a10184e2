import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceListing } from '../../compute/provider';
import type { ConfigFacts } from '../../config/facts';
import { readLeniently } from '../../config/lenient-config';
import { countExamples } from './count-examples';

/** Larger datasets are not counted while somebody types. */
const MAX_DATASET_BYTES = 50_000_000;
const MAX_MODEL_CONFIG_BYTES = 1_000_000;

/** Reads what is known about the files of a configuration, and reads each of them again only when it has changed. */
export class FactReader {
  readonly #cache = new Map<string, { readonly stamp: string; readonly facts: Promise<ConfigFacts> }>();

  /** @param devices of this machine, where somebody knows them */
  constructor(private readonly devices?: () => Promise<readonly DeviceListing[]>) {}

  /** Facts that cannot be had are left out; nothing is thrown. */
  async read(text: string, file: string): Promise<ConfigFacts> {
    const { model_name: folder, dataset: data } = readLeniently(text, file).paths;
    const [model, dataset, devices] = await Promise.all([
      folder === null ? {} : this.#once(path.join(folder, 'config.json'), MAX_MODEL_CONFIG_BYTES, modelFacts),
      data === null ? {} : this.#once(data, MAX_DATASET_BYTES, datasetFacts),
      this.devices?.(),
    ]);
    return { ...model, ...dataset, ...(devices === undefined ? {} : { devices }) };
  }

  async #once(file: string, limit: number, read: (file: string) => Promise<ConfigFacts>): Promise<ConfigFacts> {
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() !== true || found.size > limit) return {};
    const stamp = `${found.mtimeMs}:${found.size}`;
    const known = this.#cache.get(file);
    if (known?.stamp === stamp) return known.facts;
    const facts = read(file).catch((): ConfigFacts => ({}));
    this.#cache.set(file, { stamp, facts });
    return facts;
  }
}

async function datasetFacts(file: string): Promise<ConfigFacts> {
  if (!/\.(json|jsonl|ndjson)$/i.test(file)) return {};
  const datasetExamples = await countExamples(file);
  return datasetExamples === 0 ? {} : { datasetExamples };
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
