import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceListing } from '../compute/provider';
import { SftError } from '../base/errors';
import { ConfigError, configProblem, type ConfigProblem } from './config-error';
import type { Config, ResolvedConfig } from './config-schema';
import { parseHubModel } from '../base/hub-cache';
import { absolutePaths, DATA_KEYS, type ConfigPaths } from './config-paths';
import type { ConfigText } from './config-text';
import { withDefaults } from './defaults';
import { readLeniently, type ChosenValues, type LenientConfig } from './lenient-config';
import { readConfigText } from './read-config-text';
import { sweepMembers, type SweepValues } from './sweep';
import { refuseData } from './refuse-data';

/**
 * Reads a configuration and checks that what it names is there.
 *
 * @param devices all that are there, so that what none of them offers is refused
 * @param chosen values that are taken whatever the file says
 * @throws ConfigError with every mistake of the file, each at its line and column; SftError where the file cannot be read (exit code 2)
 */
export async function loadConfig(
  file: string,
  devices: readonly DeviceListing[],
  chosen: ChosenValues = {},
): Promise<ResolvedConfig> {
  const { parsed, problems, written, paths } = read(await readConfigText(file), file, devices, chosen);
  raise([...problems, ...(await pathProblems(paths, parsed))]);
  return resolve({ ...written, ...chosen }, file);
}

/** One run of a sweep. */
export interface SweepMember {
  /** What it has in place of the configuration's own values. */
  readonly values: SweepValues;
  readonly config: ResolvedConfig;
}

/**
 * The runs that the sweep of a configuration makes, each as loadConfig would read it.
 *
 * @throws what loadConfig throws; SftError `no-sweep`
 */
export async function loadSweep(
  file: string,
  devices: readonly DeviceListing[],
  chosen: ChosenValues = {},
): Promise<readonly SweepMember[]> {
  const { sweep } = await loadConfig(file, devices, chosen);
  const { written } = read(await readConfigText(file), file, devices, chosen);
  if (sweep === null) {
    throw new SftError('no-sweep', 'the configuration has no sweep', {
      file,
      remedy: 'add the values to try, such as "sweep": { "learning_rate": [1e-4, 2e-4, 4e-4] }',
      exitCode: 2,
    });
  }
  return sweepMembers(sweep).map((values) => ({
    values,
    config: resolve({ ...written, ...values, ...chosen, sweep: null }, file),
  }));
}

/** What a configuration names and is not there. Paths of `config` are absolute. */
export async function pathProblems(
  config: Omit<ConfigPaths, 'output_dir'>,
  text: ConfigText,
): Promise<ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const refuse = (key: keyof typeof REMEDIES, reason: string, remedy: string = REMEDIES[key]): void => {
    problems.push(configProblem(`${key}: ${reason}`, { ...text.placeOf([key]), remedy }));
  };
  const check = async (key: keyof typeof REMEDIES, kind: 'file' | 'folder'): Promise<Stats | undefined> => {
    const target = config[key];
    if (target === null) return undefined;
    const entry = await stat(target).catch(() => undefined);
    if (entry !== undefined && entry.isDirectory() === (kind === 'folder')) return entry;
    const named = key === 'model_name' ? hubModelNamed(text) : undefined;
    const reason = entry === undefined ? 'does not exist' : `is not a ${kind}`;
    refuse(
      key,
      `${target} ${reason}`,
      named === undefined ? undefined : `${REMEDIES.model_name}, or get it from the Hub: sft pull ${named}`,
    );
    return undefined;
  };
  await check('model_name', 'folder');
  const files = new Map<string, string>();
  for (const key of [...DATA_KEYS, 'retention_dataset'] as const) {
    const entry = await check(key, 'file');
    if (entry === undefined) continue;
    // A link to the file is the file.
    const identity = `${entry.dev}:${entry.ino}`;
    const earlier = files.get(identity);
    if (earlier === undefined) files.set(identity, key);
    else
      refuse(key, `${config[key]} is also the file of "${earlier}"`, 'name a file with other examples, or remove it');
  }
  await check('adapter', 'folder');
  return problems;
}

/** What may be a name on the Hub as well as the path of a folder that is not there. */
function hubModelNamed(text: ConfigText): string | undefined {
  const written = (text.value() as { model_name?: unknown }).model_name;
  return typeof written === 'string' && parseHubModel(written) !== undefined ? written : undefined;
}

const REMEDIES = {
  model_name: "write the path of the model's folder, relative to this file",
  dataset: 'write the path of your data, relative to this file',
  validation_dataset: 'write the path of the examples to validate on, relative to this file, or remove it',
  test_dataset: 'write the path of the examples to test with, relative to this file, or remove it',
  retention_dataset: 'write the path of general questions, relative to this file, or remove it',
  adapter: 'write the path of the adapter folder of an earlier run, or remove it',
} as const;

/**
 * Checks the text of a configuration and fills it in: defaults for what is left out, paths from the folder of `file`.
 *
 * @throws ConfigError with every mistake, each at its line and column
 */
export function parseConfig(text: string, file: string, devices: readonly DeviceListing[] = []): ResolvedConfig {
  const { problems, written } = read(text, file, devices);
  raise(problems);
  return resolve(written, file);
}

/** @throws ConfigProblem where the text is not a JSON object; SftError data-for-configuration */
function read(text: string, file: string, devices: readonly DeviceListing[], chosen: ChosenValues = {}): LenientConfig {
  const config = readLeniently(text, file, devices, chosen);
  refuseData(text, file);
  if (config.syntax !== undefined) throw config.syntax;
  return config;
}

function raise(problems: readonly ConfigProblem[]): void {
  const [first, ...others] = problems.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  if (first !== undefined) throw new ConfigError([first, ...others]);
}

/** @param written without problems */
function resolve(written: Partial<Config>, file: string): ResolvedConfig {
  const values = withDefaults(written);
  const name = values.name ?? path.basename(written.dataset!).replace(/\.[^.]+$/, '');
  return { ...values, ...absolutePaths(values, file), name } as ResolvedConfig;
}
