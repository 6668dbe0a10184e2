import { spawn } from 'node:child_process';
import { closeSync, openSync, statSync, watch } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { ResolvedConfig } from '../config/config-schema';
import { SftError } from '../base/errors';
import { explainWriteError } from '../base/files';
import { createRun } from './create-run';
import { runBusy } from './folder/lock';
import { readRun } from './read-runs';
import { RunFolder } from './folder/run-folder';
import { isWorking } from './folder/run-status';

/** Where the system tells of no changes (network folders), how often to look, in ms. */
const LOOK_EVERY = 1000;
/** What of a dead worker's output is shown, in bytes. */
const LAST_WORDS = 2000;

/** What runs a worker: a Node and the command line's bundle, dist/sft.js. */
export interface WorkerCommand {
  /** In VS Code process.execPath, with ELECTRON_RUN_AS_NODE=1 in `env`. */
  readonly execPath: string;
  readonly entry: string;
  /** More environment for the worker. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface LaunchOptions {
  readonly config: ResolvedConfig;
  /** The file the configuration came from. */
  readonly configFile: string;
  readonly command: WorkerCommand;
  /** Exactly this folder, in place of a new one below output_dir. */
  readonly folder?: string;
  /** More options for `sft train`, such as `--threads`. */
  readonly options?: readonly string[];
}

/**
 * Creates a run and starts its worker in the background: in a session of its own, so that it outlives this process, its window and its
 * terminal. What it prints goes to output.txt in the run folder. Whoever follows the run sees it `queued` while another has the device.
 *
 * @returns once the worker has taken the run over
 * @throws SftError what createRun throws; `worker-died` where the worker ended before that, which is then in state.json as well
 */
export async function launchRun(launch: LaunchOptions): Promise<RunFolder> {
  const { config, configFile, command, folder, options = [] } = launch;
  const run = await createRun({ config, configFile, now: new Date(), ...(folder === undefined ? {} : { folder }) });
  await startProcess(run, command, trainArguments(run, options));
  return run;
}

function trainArguments(run: RunFolder, options: readonly string[]): readonly string[] {
  return ['train', '--run', run.path, '--resume', ...options];
}

/**
 * Starts a worker that goes on with a run from its last checkpoint, in the background.
 *
 * @param options more options for `sft train`, such as `--threads`
 * @throws SftError `run-busy` where the run has a worker, `run-done`, `worker-died`, `unreadable`
 */
export async function relaunchRun(
  folder: string,
  command: WorkerCommand,
  options: readonly string[] = [],
): Promise<RunFolder> {
  const { folder: run, state } = await readRun(folder);
  if (isWorking(state.status)) throw runBusy(folder, state);
  if (state.status === 'done') throw runDone(folder);
  await run.clearControl();
  await startProcess(run, command, trainArguments(run, options));
  return run;
}

export function runDone(folder: string): SftError {
  return new SftError('run-done', 'the run is already complete', {
    file: folder,
    remedy: 'start a new run; set "adapter" in the configuration to continue from its result',
  });
}

/**
 * Starts the command line in the background.
 *
 * @param run that the process is to take over, with its first words in output.txt
 * @returns once it has
 * @throws SftError `worker-died` where it ended before that, which is then in state.json as well
 */
export async function startProcess(run: RunFolder, command: WorkerCommand, args: readonly string[]): Promise<void> {
  const output = openOutput(run);
  const printedBefore = statSync(run.outputFile).size;
  const child = spawn(command.execPath, [command.entry, ...args], {
    detached: true,
    stdio: ['ignore', output, output],
    // No folder of the person's is kept in use by it.
    cwd: path.parse(run.path).root,
    env: { ...process.env, ...command.env },
    windowsHide: true,
  });
  closeSync(output);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(`it cannot be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `stopped by ${signal}`);
    });
  });
  const reason = await takenOver(run, child.pid, ended);
  child.unref();
  if (reason === undefined) return;
  const words = await lastWords(run.outputFile, printedBefore);
  throw await recordDeath(run, words === '' ? `the worker exited before it started (${reason})` : words);
}

function openOutput(run: RunFolder): number {
  try {
    return openSync(run.outputFile, 'a');
  } catch (error) {
    throw explainWriteError(error, run.outputFile);
  }
}

/** Waits until the worker writes the state itself. @returns how it ended where it did not come to that */
async function takenOver(run: RunFolder, pid: number | undefined, ended: Promise<string>): Promise<string | undefined> {
  const seen: { changed: boolean; reason?: string } = { changed: true };
  let wake: () => void = () => undefined;
  const onChange = (): void => {
    seen.changed = true;
    wake();
  };
  const watcher = watch(run.path);
  watcher.on('change', onChange);
  watcher.on('error', onChange);
  const timer = setInterval(onChange, LOOK_EVERY);
  void ended.then((text) => {
    seen.reason = text;
    onChange();
  });
  try {
    for (;;) {
      seen.changed = false;
      // Asked before the state is read: a worker that has ended has written all it ever will.
      const { reason } = seen;
      const state = await run.readState().catch(() => undefined);
      if (state?.pid === pid) return undefined;
      if (reason !== undefined) return reason;
      if (!hasChanged(seen)) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    clearInterval(timer);
    watcher.close();
  }
}

/** A callback may have set it meanwhile, which the compiler does not see. */
function hasChanged(seen: { readonly changed: boolean }): boolean {
  return seen.changed;
}

/** What the worker printed, its last lines. */
async function lastWords(file: string, from: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - LAST_WORDS);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead).trim();
  } finally {
    await handle.close();
  }
}

/** Writes down that the worker never began, unless another process writes the run meanwhile. */
async function recordDeath(run: RunFolder, message: string): Promise<SftError> {
  const release = await run.acquireLock();
  try {
    await run.writeState({ status: 'failed', message });
  } finally {
    await release();
  }
  return new SftError('worker-died', message, { file: run.outputFile, remedy: 'fix that and resume the run' });
}
