import { existsSync } from 'node:fs';
import path from 'node:path';
import { cachedSnapshot, parseHubModel } from '../base/hub-cache';

const PATH_KEYS = [
  'model_name',
  'dataset',
  'validation_dataset',
  'test_dataset',
  'retention_dataset',
  'adapter',
  'output_dir',
] as const;
type PathKey = (typeof PATH_KEYS)[number];

/** What a configuration names, absolute; null where it names none. */
export type ConfigPaths = { readonly [Key in PathKey]: string | null };

/** Whether a key names a file or a folder. */
export function isPathKey(key: string): key is PathKey {
  return PATH_KEYS.some((known) => known === key);
}

/** Those of them that are files of questions and answers. */
export const DATA_KEYS = ['dataset', 'validation_dataset', 'test_dataset'] as const satisfies readonly PathKey[];

/** The data files that a configuration names, `dataset` first. */
export function dataFiles(paths: Pick<ConfigPaths, (typeof DATA_KEYS)[number]>): string[] {
  return DATA_KEYS.flatMap((key) => paths[key] ?? []);
}

/** Paths are taken from the folder of the configuration file; a model may also be named as on the Hub. */
export function absolutePaths(values: ConfigPaths, file: string): ConfigPaths {
  const folder = path.dirname(path.resolve(file));
  const absolute = PATH_KEYS.map((key) => {
    const written = values[key];
    if (written === null) return [key, null];
    return [key, key === 'model_name' ? modelFolder(written, folder) : path.resolve(folder, written)];
  });
  return Object.fromEntries(absolute) as ConfigPaths;
}

/**
 * The folder of a model that is named by its path, or by its name on the Hub (`org/name`, `org/name@revision`) where it is in the cache
 * of Hugging Face's tools. What is at the path itself comes first; where neither is there, it is the path.
 * @param from what a path is taken from
 */
export function modelFolder(written: string, from = '.'): string {
  const folder = path.resolve(from, written);
  const named = parseHubModel(written);
  if (named === undefined || existsSync(folder)) return folder;
  return cachedSnapshot(named) ?? folder;
}
