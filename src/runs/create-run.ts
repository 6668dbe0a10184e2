import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { dataFiles } from '../config/config-paths';
import type { ResolvedConfig } from '../config/config-schema';
import { OUR_COLUMNS } from '../dataset/columns';
import type { HashedKey } from '../train/data-files';
import { SftError } from '../base/errors';
import { explainWriteError, makeFolder } from '../base/files';
import { VERSION } from '../base/version';
import { isThinkingIn } from '../text/enable-thinking';
import { RunFolder } from './folder/run-folder';
import type { Run } from './folder/run-schema';
import { withNextNumber } from './run-number';

export interface NewRun {
  readonly config: ResolvedConfig;
  /** The file the configuration came from. */
  readonly configFile: string;
  /** Names the folder. */
  readonly now: Date;
  /** The folder of all runs; `config.output_dir` unless given. */
  readonly outputDir?: string;
  /** Exactly this folder, which must not hold a run yet, in place of a name from time and configuration. */
  readonly folder?: string;
}

/**
 * Creates the folder of a run with state.json (`starting`) and run.json. Reads the data for its hash, and for whether its answers hold
 * thoughts.
 *
 * @throws SftError `disk-full`, `not-writable`, `run-exists`, `run-busy`, or `unreadable` for the data
 */
export async function createRun(options: NewRun): Promise<RunFolder> {
  const data = await hashData(options.config);
  return createIn({ ...options, config: await runConfig(options.config) }, data);
}

/** The configuration that a run of this one has: what is told by the data is decided, and what makes other runs is left out. */
export async function runConfig(config: ResolvedConfig): Promise<ResolvedConfig> {
  // One value for the whole run, its chat and its server, which have no data to look at.
  const enable_thinking = await isThinkingIn(config.enable_thinking, dataFiles(config), config.columns ?? OUR_COLUMNS);
  return { ...config, enable_thinking, sweep: null };
}

async function createIn(options: NewRun, data: HashedData): Promise<RunFolder> {
  if (options.folder === undefined) {
    const { outputDir = options.config.output_dir } = options;
    await makeFolder(outputDir);
    return withNextNumber(outputDir, async (number) => {
      const folder = await makeNamedFolder(outputDir, options);
      try {
        return await fill(folder, number, options, data);
      } catch (error) {
        // Nobody else knows of it, and what it holds is no run.
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
        throw error;
      }
    });
  }
  await makeFolder(options.folder);
  return fill(options.folder, null, options, data);
}

async function fill(folder: string, number: number | null, options: NewRun, data: HashedData): Promise<RunFolder> {
  const run = new RunFolder(folder);
  // Of two that were given the same folder, one makes the run.
  const release = await run.acquireLock();
  try {
    if (await isRun(folder)) throw runExists(folder);
    await run.writeState({ status: 'starting' });
    await run.writeRun(describeRun(run, number, options, data));
  } finally {
    await release();
  }
  return run;
}

/** Written last: a folder without run.json is not a run. */
function describeRun(
  run: RunFolder,
  number: number | null,
  { config, configFile, now }: NewRun,
  data: HashedData,
): Run {
  return {
    id: path.basename(run.path),
    number,
    name: config.name,
    created: now.toISOString(),
    config_file: path.resolve(configFile),
    config,
    ...data,
    split: config.split,
    base_model: { path: config.model_name, adapter: config.adapter },
    versions: { sft: VERSION, node: process.versions.node, platform: `${process.platform}-${process.arch}` },
  };
}

function runExists(folder: string): SftError {
  return new SftError('run-exists', 'this folder already contains a run', {
    file: folder,
    remedy: 'add --resume to resume it, or choose another folder',
  });
}

/** A new folder below the output folder, named by time and configuration. */
async function makeNamedFolder(outputDir: string, { config, now }: NewRun): Promise<string> {
  const base = path.join(outputDir, `${timeStamp(now)}-${slug(config.name)}`);
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? base : `${base}-${n}`;
    const made = await mkdir(candidate).then(
      () => true,
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw explainWriteError(error, candidate);
      },
    );
    if (made) return candidate;
  }
}

/** Also where run.json is damaged: what a run left is not written over. */
async function isRun(folder: string): Promise<boolean> {
  return stat(new RunFolder(folder).runFile).then(
    () => true,
    () => false,
  );
}

/** `20260102-101500`, local time: sorts by time and reads as one. */
function timeStamp(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `${day}-${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}`;
}

/** What of a name can stand in a file name everywhere. */
function slug(name: string): string {
  const plain = name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  return plain === '' ? 'run' : plain;
}

/** The files of a run with their hashes. */
export type HashedData = Pick<Run, HashedKey>;

/** @throws SftError `unreadable` (exit code 2) */
export async function hashData(config: ResolvedConfig): Promise<HashedData> {
  const maybe = async (key: Exclude<HashedKey, 'dataset'>): Promise<Run[typeof key]> => {
    const file = config[key];
    return file === null ? null : hashFile(key, file);
  };
  return {
    dataset: await hashFile('dataset', config.dataset),
    validation_dataset: await maybe('validation_dataset'),
    test_dataset: await maybe('test_dataset'),
    retention_dataset: await maybe('retention_dataset'),
  };
}

/** SHA-256 of a file, read as a stream. */
async function hashFile(key: HashedKey, file: string): Promise<Run['dataset']> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of createReadStream(file)) {
      hash.update(piece as Buffer);
      bytes += (piece as Buffer).length;
    }
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'does not exist' : 'cannot be read';
    throw new SftError('unreadable', reason, {
      file,
      remedy: `check "${key}" in the configuration`,
      exitCode: 2,
      cause,
    });
  }
  return { path: file, bytes, sha256: hash.digest('hex') };
}
