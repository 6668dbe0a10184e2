import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceListing } from '../compute/provider';
import { ConfigError, configProblem, type ConfigProblem } from './config-error';
import type { Config, ResolvedConfig } from './config-schema';
import { absolutePaths, type ConfigPaths } from './config-paths';
import { ConfigText } from './config-text';
import { withDefaults } from './defaults';
import { impossible } from './impossible';
import { readConfigText } from './read-config-text';
import { schemaProblems } from './schema-problems';

/**
 * Reads a configuration and checks that what it names is there.
 *
 * @param devices all that are there, so that what none of them offers is refused
 * @throws ConfigError with every mistake of the file, each at its line and column; SftError where the file cannot be read (exit code 2)
 */
export async function loadConfig(file: string, devices: readonly DeviceListing[]): Promise<ResolvedConfig> {
  const text = await readConfigText(file);
  const { config, parsed } = parse(text, file, devices);
  raise(await pathProblems(config, parsed));
  return config;
}

/** What a configuration names and is not there. Paths of `config` are absolute. */
export async function pathProblems(
  config: Omit<ConfigPaths, 'output_dir'>,
  text: ConfigText,
): Promise<ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const check = async (key: 'model_name' | 'dataset' | 'adapter', kind: 'file' | 'folder'): Promise<void> => {
    const target = config[key];
    if (target === null) return;
    const entry = await stat(target).catch(() => undefined);
    if (entry !== undefined && entry.isDirectory() === (kind === 'folder')) return;
    const found = entry === undefined ? 'does not exist' : `is not a ${kind}`;
    problems.push(configProblem(`${key}: ${target} ${found}`, { ...text.placeOf([key]), remedy: REMEDIES[key] }));
  };
  await check('model_name', 'folder');
  await check('dataset', 'file');
  await check('adapter', 'folder');
  return problems;
}

const REMEDIES = {
  model_name: `download the model's folder and write its path, relative to this file`,
  dataset: 'write the path of your data, relative to this file',
  adapter: 'write the path of the adapter folder of an earlier run, or remove it',
} as const;

/**
 * Checks the text of a configuration and fills it in: defaults for what is left out, paths from the folder of `file`.
 *
 * @throws ConfigError with every mistake, each at its line and column
 */
export function parseConfig(text: string, file: string, devices: readonly DeviceListing[] = []): ResolvedConfig {
  return parse(text, file, devices).config;
}

function parse(
  text: string,
  file: string,
  devices: readonly DeviceListing[],
): { config: ResolvedConfig; parsed: ConfigText } {
  const parsed = ConfigText.parse(text, file);
  const value = parsed.value();
  raise([...parsed.duplicates(), ...schemaProblems(parsed, value).problems]);
  const written = value as unknown as Config;
  const config = resolve(written, file);
  raise(impossible(parsed, written, config.warmup_steps, devices));
  return { config, parsed };
}

function raise(problems: readonly ConfigProblem[]): void {
  const [first, ...others] = problems.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  if (first !== undefined) throw new ConfigError([first, ...others]);
}

function resolve(written: Config, file: string): ResolvedConfig {
  const values = withDefaults(written);
  const name = values.name ?? path.basename(written.dataset).replace(/\.[^.]+$/, '');
  return { ...values, ...absolutePaths(values, file), name } as ResolvedConfig;
}
