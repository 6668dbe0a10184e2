import path from 'node:path';
import type { Run } from './run-schema';

/**
 * A run as run.json holds it: what lies in the folder of its configuration, as the run does, by its path from the run folder. The whole
 * may then be moved.
 * @param folder of the run, absolute
 */
export function storedPaths(run: Run, folder: string): Run {
  const root = path.dirname(run.config_file);
  if (!isWithin(root, folder)) return run;
  return mapPaths(run, (target) =>
    isWithin(root, target) ? path.relative(folder, target).replaceAll(path.sep, '/') || '.' : target,
  );
}

/** A run with absolute paths. */
export function absoluteRunPaths(run: Run, folder: string): Run {
  return mapPaths(run, (target) => path.resolve(folder, target));
}

/** A run whose model lies in another folder. */
export function withModel(run: Run, model: string): Run {
  return {
    ...run,
    config: { ...run.config, model_name: model },
    base_model: { ...run.base_model, path: model },
  };
}

function isWithin(root: string, target: string): boolean {
  const from = path.relative(root, target);
  return !path.isAbsolute(from) && from.split(path.sep)[0] !== '..';
}

function mapPaths(run: Run, map: (target: string) => string): Run {
  const maybe = (target: string | null): string | null => (target === null ? null : map(target));
  const { config, base_model: base } = run;
  const data = (['dataset', 'validation_dataset', 'test_dataset', 'retention_dataset'] as const).flatMap((key) => {
    const file = run[key];
    return file === null ? [] : [[key, { ...file, path: map(file.path) }] as const];
  });
  return {
    ...run,
    ...Object.fromEntries(data),
    config_file: map(run.config_file),
    config: {
      ...config,
      model_name: map(config.model_name),
      dataset: map(config.dataset),
      validation_dataset: maybe(config.validation_dataset),
      test_dataset: maybe(config.test_dataset),
      retention_dataset: maybe(config.retention_dataset),
      adapter: maybe(config.adapter),
      output_dir: map(config.output_dir),
    },
    base_model: { path: map(base.path), adapter: maybe(base.adapter) },
  };
}
