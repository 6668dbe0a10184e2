import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { requireRoom } from '../../../base/disk-room';
import { SftError } from '../../../base/errors';
import { explainWriteError, makeFolder, writeFileAtomic } from '../../../base/files';
import { tryLock } from '../../../base/lock';
import { findInstaller, type Installer } from './installer';
import { ownEnvironment, ownPython, type OwnEnvironment } from './own-environment';
import { readPackageLock, type PackageLock } from './package-lock';
import { forgetProbe, problemsOf, probe, type FoundPython } from './probe';
import { REQUIRED } from './requirements';
import { runTool, type ToolRun } from './run-tool';

/** Packages of 3.1 GB to download took 5.5 GB on the disk; uv and pip may keep the download beside them. */
const DISK_FACTOR = 3;

/** What is there, and what would be done. */
export interface SetUpPlan {
  readonly own: OwnEnvironment;
  readonly lock: PackageLock;
  /** `whole`: there is nothing to do. `broken`: it was begun, or does not answer. `other`: made from another lock. */
  readonly state: 'none' | 'whole' | 'broken' | 'other';
  /** What it has, where it is whole. */
  readonly found: FoundPython | undefined;
}

/** Looks what there is, and starts nothing but the Python of an environment that is there. @throws SftError lock-file */
export async function planSetUp(lockFile: string | undefined): Promise<SetUpPlan> {
  const own = ownEnvironment();
  const lock = readPackageLock(lockFile);
  const mark = markOf(own);
  const program = ownPython();
  if (mark === undefined || program === undefined) {
    return { own, lock, state: existsSync(own.folder) ? 'broken' : 'none', found: undefined };
  }
  const found = await probe(program).catch(() => undefined);
  if (found === undefined || problemsOf(found, REQUIRED).length > 0)
    return { own, lock, state: 'broken', found: undefined };
  return { own, lock, found, state: mark === lock.hash ? 'whole' : 'other' };
}

/** @throws SftError python-missing, python-too-old, disk-full: where there is not room enough */
export async function prepareSetUp({ own, lock }: SetUpPlan, base: string | undefined): Promise<Installer> {
  const installer = await findInstaller(base);
  await makeFolder(own.home);
  const remedy = 'free some space, or set XDG_DATA_HOME to a folder on another disk';
  await requireRoom(own.home, DISK_FACTOR * (lock.download ?? 0), 'are needed', remedy);
  return installer;
}

/**
 * Makes the environment anew: what was there is removed first. One that is not finished is taken by nobody.
 * @returns what its Python has
 * @throws SftError setup-busy, what runTool throws, setup-incomplete
 */
export async function setUp(
  { own, lock }: SetUpPlan,
  installer: Installer,
  { signal, onLine }: Pick<ToolRun, 'signal' | 'onLine'>,
): Promise<FoundPython> {
  const { release, holder } = await tryLock(own.home);
  if (holder !== undefined) {
    const reason = `process ${holder.pid} is already setting up Python`;
    throw new SftError('setup-busy', reason, { file: own.home, remedy: 'wait until it is done' });
  }
  try {
    await remove(own.mark);
    await remove(own.folder);
    await remove(own.log);
    for (const command of installer.commands(own, lock)) await runTool(command, { log: own.log, signal, onLine });
    onLine('checking what it has installed');
    forgetProbe(own.program);
    const found = await probe(own.program);
    signal.throwIfAborted();
    const [problem] = problemsOf(found, REQUIRED);
    if (problem !== undefined) {
      throw new SftError('setup-incomplete', `the new environment cannot train: ${problem.message}`, {
        file: lock.file,
        remedy: 'use the lock file that comes with SFT Workbench, or one that has all that training needs',
      });
    }
    await writeFileAtomic(own.mark, `${JSON.stringify({ lock: lock.hash, installer: installer.name })}\n`);
    return found;
  } finally {
    await release();
  }
}

async function remove(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true }).catch((error: unknown) => {
    throw explainWriteError(error, path.dirname(place));
  });
}

/** The hash of the lock that the environment was made from. */
function markOf({ mark }: OwnEnvironment): string | undefined {
  try {
    const { lock } = JSON.parse(readFileSync(mark, 'utf8')) as { readonly lock?: unknown };
    return typeof lock === 'string' ? lock : undefined;
  } catch {
    return undefined;
  }
}
