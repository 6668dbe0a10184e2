import path from 'node:path';
import { CONFIG_SCHEMA, type Config, type ResolvedConfig } from './config-schema';
import { isPathKey } from './config-paths';
import { valueText } from './key-edits';

/** A path that climbs further out of the configuration's folder is easier to read when it is absolute. */
const MOST_UPWARDS = 3;

/**
 * The text of a new configuration, its keys in the order of the schema, one a line.
 *
 * @param config paths absolute
 * @param file where it will lie: paths are written from its folder, with forward slashes, where they lie near
 */
export function configText(config: Config, file: string): string {
  const folder = path.dirname(path.resolve(file));
  const lines = Object.keys(CONFIG_SCHEMA.properties)
    .map((key) => key as keyof Config)
    .filter((key) => config[key] !== undefined)
    .map((key) => {
      const value = config[key];
      // A model named as on the Hub stays so.
      const isPath = isPathKey(key) && typeof value === 'string' && path.isAbsolute(value);
      const written = isPath ? pathFrom(folder, value) : value;
      return `  ${JSON.stringify(key)}: ${valueText(written)}`;
    });
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** What a person would have to write to get a resolved configuration: what is as it would be anyway is left out. */
export function writtenConfig(resolved: ResolvedConfig): Config {
  const defaultName = path.basename(resolved.dataset).replace(/\.[^.]+$/, '');
  const isChosen = ([key, value]: [string, unknown]): boolean => {
    if (key === 'name') return value !== defaultName;
    // Left out beside a ratio, it would count as 0.
    if (key === 'warmup_steps' && resolved.warmup_ratio !== 0) return true;
    const property: object = CONFIG_SCHEMA.properties[key as keyof ResolvedConfig];
    const fallback: unknown = 'default' in property ? property.default : null;
    return JSON.stringify(value) !== JSON.stringify(fallback);
  };
  const { model_name, dataset } = resolved;
  return { ...Object.fromEntries(Object.entries(resolved).filter(isChosen)), model_name, dataset };
}

function pathFrom(folder: string, target: string): string {
  const relative = path.relative(folder, target);
  if (relative === '') return '.';
  const upwards = relative.split(path.sep).filter((part) => part === '..').length;
  return path.isAbsolute(relative) || upwards > MOST_UPWARDS ? target : relative.split(path.sep).join('/');
}
