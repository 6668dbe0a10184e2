import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { ConfigError, configProblem, type ConfigProblem } from './config-error';
import type { Config, ResolvedConfig } from './config-schema';
import { ConfigText } from './config-text';
import { withDefaults } from './defaults';
import { impossible } from './impossible';
import { schemaProblems } from './schema-problems';

/** Larger files are something else, such as the data given in place of the configuration. */
const MAX_BYTES = 1_000_000;

/**
 * Reads a configuration and checks that what it names is there.
 *
 * @throws ConfigError with every mistake of the file, each at its line and column; SftError where the file cannot be read (exit code 2)
 */
export async function loadConfig(file: string): Promise<ResolvedConfig> {
  const text = await readText(file);
  const { config, parsed } = parse(text, file);
  raise(await pathProblems(config, parsed));
  return config;
}

/** What a configuration names and is not there. Paths of `config` are absolute. */
export async function pathProblems(
  config: { readonly [K in 'model_name' | 'dataset' | 'adapter']: string | null },
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
export function parseConfig(text: string, file: string): ResolvedConfig {
  return parse(text, file).config;
}

function parse(text: string, file: string): { config: ResolvedConfig; parsed: ConfigText } {
  const parsed = ConfigText.parse(text, file);
  const wrong = [...parsed.duplicates(), ...schemaProblems(parsed)];
  raise(wrong);
  const written = parsed.value() as unknown as Config;
  const config = resolve(written, file);
  raise(impossible(parsed, written, config.warmup_steps));
  return { config, parsed };
}

function raise(problems: readonly ConfigProblem[]): void {
  const [first, ...others] = problems.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  if (first !== undefined) throw new ConfigError([first, ...others]);
}

function resolve(written: Config, file: string): ResolvedConfig {
  const folder = path.dirname(path.resolve(file));
  const values: Record<string, unknown> = { ...withDefaults(written) };
  for (const key of ['model_name', 'dataset', 'adapter', 'output_dir']) {
    if (typeof values[key] === 'string') values[key] = path.resolve(folder, values[key]);
  }
  values['name'] ??= path.basename(written.dataset).replace(/\.[^.]+$/, '');
  return values as unknown as ResolvedConfig;
}

async function readText(file: string): Promise<string> {
  const remedy = 'check the path';
  let bytes: Buffer;
  try {
    const entry = await stat(file);
    if (entry.isDirectory()) {
      throw new SftError('unreadable', 'is a folder', {
        file,
        remedy: 'name the configuration file in it',
        exitCode: 2,
      });
    }
    if (entry.size > MAX_BYTES) {
      throw new SftError('unreadable', 'is too large for a configuration', { file, remedy, exitCode: 2 });
    }
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof SftError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(error)})`;
    throw new SftError('unreadable', reason, { file, remedy, exitCode: 2, cause: error });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SftError('encoding', 'is not UTF-8 text', { file, remedy: 'save it as UTF-8', exitCode: 2, cause });
  }
}
