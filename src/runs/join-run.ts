import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { SftError } from '../base/errors';
import { explainWriteError } from '../base/files';
import { count, open, orNull, text } from '../base/shapes';
import { EngineFolder } from '../engines/accelerate/engine-folder';
import { isWorking } from './folder/run-status';
import type { RunState } from './folder/state-schema';
import { readRun } from './read-runs';

/** Between two looks at what the run does, in ms. */
const LOOK_MS = 500;
/** So long processes may take to end by themselves once the worker has ended those beside it, and again once they are told to, in ms. */
const GRACE_MS = 10_000;
/**
 * A scheduler warns all machines at once: the first then saves with the processes of all of them, which end with it. So long those here
 * are left to it, in ms; the warning comes two minutes before the end.
 */
const SAVING_MS = 100_000;

/** Of job.json: the worker that has written it, and node.sh after it. */
const JOB = open({ owner: orNull(open({ pid: count, started: orNull(count), host: text })) });

export interface Joining {
  /** Which machine this is, from 1; the first one has the worker. */
  readonly node: number;
  /** Aborted when this machine is to leave: once the worker's processes have ended, or have been waited for long enough. */
  readonly signal: AbortSignal;
  readonly onLog: (text: string) => void;
}

/**
 * Trains on this machine with the worker of a run that is on another one, which sees the same folder: waits for it to say how, and again
 * after each pause, until the run is over. How the run stood before is not its end.
 *
 * @returns how it ended; undefined where this machine left
 * @throws SftError `unreadable` where `folder` is not that of a run, or stays unreadable
 */
export async function joinRun(folder: string, { node, signal, onLog }: Joining): Promise<RunState | undefined> {
  const { state: before, label } = await readRun(folder);
  const engine = EngineFolder.of(folder);
  let joined: string | undefined;
  onLog(`machine ${node} waits for ${label}`);
  while (!signal.aborted) {
    const state = await stateOf(folder);
    const isNew = state.heartbeat !== before.heartbeat || state.pid !== before.pid;
    if (isNew && !isWorking(state.status)) return state;
    const launch = await launchOf(engine, state);
    if (launch === undefined || launch === joined) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      continue;
    }
    joined = launch;
    onLog(`machine ${node} joins ${label}`);
    const isOn = async (): Promise<boolean> => (await launchOf(engine, (await readRun(folder)).state)) === launch;
    onLog(`machine ${node} has finished: ${await train(engine, node, signal, isOn)}`);
  }
  return undefined;
}

/** How a run stands. On a shared folder a file cannot be read for a moment while another machine replaces it. */
async function stateOf(folder: string): Promise<RunState> {
  for (let waited = 0; ; waited += LOOK_MS) {
    try {
      return (await readRun(folder)).state;
    } catch (error) {
      if (!(error instanceof SftError && error.code === 'unreadable') || waited >= GRACE_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What tells the processes apart that the worker has started last; undefined where none wait for this machine. */
async function launchOf({ job, node }: EngineFolder, { pid, pid_started: started, host }: RunState) {
  try {
    const { owner } = v.parse(JOB, JSON.parse(await readFile(job, 'utf8')));
    if (owner?.pid !== pid || owner.started !== started || owner.host !== host) return undefined;
    const { mtimeMs, ino } = await stat(node);
    return `${mtimeMs} ${ino}`;
  } catch {
    // Not written yet, being replaced, or removed because training has ended.
    return undefined;
  }
}

/**
 * Runs the processes of this machine to their end.
 * @param isOn whether the worker's own processes go on: without them those here wait for what will not come
 * @returns how they ended, for a person
 */
async function train(
  { node: script, root }: EngineFolder,
  node: number,
  signal: AbortSignal,
  isOn: () => Promise<boolean>,
): Promise<string> {
  const log = openLog(path.join(root, `node-${node}.log`));
  // A group of their own: what a terminal or a scheduler sends to the one of this process does not reach them.
  const child = spawn('sh', [script, String(node)], { stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  const leave = (): void => {
    child.kill('SIGTERM');
  };
  // A second signal ends this process at once.
  process.once('exit', leave);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, by) => {
      resolve(by === null ? `exit code ${code ?? 'unknown'}` : by);
    });
  });
  let alone = 0;
  let saving = 0;
  const look = async (): Promise<void> => {
    // A look that fails is no worse than one that does not find them.
    alone = (await isOn().catch(() => false)) ? 0 : alone + LOOK_MS;
    if (signal.aborted) saving += LOOK_MS;
    if (alone === GRACE_MS || saving === SAVING_MS) leave();
    if (alone === 2 * GRACE_MS || saving === SAVING_MS + GRACE_MS) child.kill('SIGKILL');
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  try {
    return await ended;
  } finally {
    clearInterval(timer);
    process.off('exit', leave);
  }
}

/** Where they print, beside what the first machine's do. @throws SftError disk-full, not-writable */
function openLog(file: string): number {
  try {
    return openSync(file, 'a');
  } catch (error) {
    throw explainWriteError(error, file);
  }
}

/**
 * Which of the machines that train together this one is, as a scheduler says it by SFT_NODE; 0 has the worker.
 * @throws SftError usage
 */
export function ownNode({ SFT_NODE: value = '' }: NodeJS.ProcessEnv = process.env): number {
  if (value === '' || /^\d{1,4}$/.test(value)) return Number(value);
  throw new SftError('usage', `SFT_NODE is ${JSON.stringify(value)}, not a whole number from 0`, {
    remedy: 'set it to the number of this machine, 0 for the first',
    exitCode: 2,
  });
}
