import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../errors';
import { ConfigError, configProblem } from './config-error';
import { CONFIG_SCHEMA, type Config, type ResolvedConfig } from './config-schema';
import { ConfigText } from './config-text';
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
  const problems: SftError[] = [];
  const check = async (key: 'model_name' | 'dataset' | 'adapter', kind: 'file' | 'folder'): Promise<void> => {
    const target = config[key];
    if (target === null) return;
    const entry = await stat(target).catch(() => undefined);
    if (entry !== undefined && entry.isDirectory() === (kind === 'folder')) return;
    const found = entry === undefined ? 'does not exist' : `is not a ${kind}`;
    problems.push(configProblem(`${key}: ${target} ${found}`, { ...parsed.placeOf([key]), remedy: REMEDIES[key] }));
  };
  await check('model_name', 'folder');
  await check('dataset', 'file');
  await check('adapter', 'folder');
  raise(problems);
  return config;
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

function raise(problems: readonly SftError[]): void {
  const [first, ...others] = problems.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  if (first !== undefined) throw new ConfigError([first, ...others]);
}

function resolve(written: Config, file: string): ResolvedConfig {
  const folder = path.dirname(path.resolve(file));
  const values: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(CONFIG_SCHEMA.properties)) {
    if (key !== '$schema')
      values[key] = written[key as keyof Config] ?? ('default' in property ? property.default : null);
  }
  // An explicit null is a choice where there is a default as well: eval_steps null switches off.
  for (const [key, value] of Object.entries(written)) if (value === null && key in values) values[key] = null;
  for (const key of ['model_name', 'dataset', 'adapter', 'output_dir']) {
    if (typeof values[key] === 'string') values[key] = path.resolve(folder, values[key]);
  }
  if (written.split !== undefined) {
    const { train, validation = 0, test = 0, seed = 42 } = written.split;
    values['split'] = { train, validation, test, seed };
  }
  // warmup_ratio acts only where warmup_steps is 0: whoever gives the ratio alone means it.
  if (written.warmup_ratio !== undefined && written.warmup_steps === undefined) values['warmup_steps'] = 0;
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
