import path from 'node:path';

const PATH_KEYS = ['model_name', 'dataset', 'validation_dataset', 'test_dataset', 'adapter', 'output_dir'] as const;
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

/** Paths are taken from the folder of the configuration file. */
export function absolutePaths(values: ConfigPaths, file: string): ConfigPaths {
  const folder = path.dirname(path.resolve(file));
  const absolute = PATH_KEYS.map((key) => {
    const written = values[key];
    return [key, written === null ? null : path.resolve(folder, written)];
  });
  return Object.fromEntries(absolute) as ConfigPaths;
}
