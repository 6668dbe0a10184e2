import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { explainWriteError } from './files';
import { renamePath } from './held-files';
import {
  identityText,
  isAlive,
  isSameProcess,
  ownIdentity,
  parseIdentity,
  type ProcessIdentity,
} from './process-identity';

/** Folders this process holds. */
const held = new Set<string>();
const ATTEMPTS = 5;

/**
 * A process on another machine that has not been heard of for so long is taken to have ended, ms: a folder that is shared or copied shows
 * late what is written there, and clocks differ.
 */
export const SILENT_MS = 5 * 60_000;

/** A process that has a lock. */
interface LockHolder extends ProcessIdentity {
  /** Its machine; null where the lock does not say it. */
  readonly host: string | null;
}

/** The release of a lock, or who has it. */
export type LockAttempt =
  | { readonly release: () => Promise<void>; readonly holder?: never }
  | { readonly release?: never; readonly holder: LockHolder };

const PREFIX = 'lock-';

/**
 * Tries to make this process the one holder of a folder. Each contender puts a file `lock-<pid>-<start>` into the folder and then looks
 * for others: whoever finds a living one withdraws, so that two can never both go on, and a dead one's file is simply removed. No stale
 * lock has to be taken over, which is where two contenders could meet. Outside Linux the start is `x` and the number of the process
 * alone tells whether it lives. The file holds the name of the machine. Of a process on another machine that shares the folder it is not
 * seen whether it lives: it counts as living until its lock is older than `SILENT_MS`. Whoever may hold a lock for longer says by other
 * means that it lives, and whoever may meet such a one looks there first.
 *
 * @throws SftError `disk-full` or `not-writable`
 */
export async function tryLock(folder: string): Promise<LockAttempt> {
  const key = path.resolve(folder);
  if (held.has(key)) return { holder: { ...ownIdentity(), host: hostname() } };
  held.add(key);
  const file = path.join(folder, `${PREFIX}${identityText()}`);
  const aside = `${file}.part`;
  try {
    // Whoever only waits for its turn leaves no trace, which would wake the others that wait.
    let holder = await otherHolder(folder);
    for (let attempt = 1; ; attempt++) {
      if (holder !== undefined && (attempt === 1 || attempt > ATTEMPTS)) {
        held.delete(key);
        return { holder };
      }
      // Never seen without a word in it: on another machine that would be the lock of a dead process there.
      await writeFile(aside, hostname());
      await renamePath(aside, file);
      holder = await otherHolder(folder);
      if (holder === undefined) break;
      await rm(file, { force: true });
      // Two that began at once have both withdrawn: different waits let one of them through.
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40));
    }
  } catch (error) {
    for (const left of [aside, file]) await rm(left, { force: true }).catch(() => undefined);
    held.delete(key);
    throw explainWriteError(error, folder);
  }
  return {
    release: async () => {
      await rm(file, { force: true });
      held.delete(key);
    },
  };
}

async function otherHolder(folder: string): Promise<LockHolder | undefined> {
  const own = ownIdentity();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    // A lock is a file: a folder of such a name is somebody else's.
    if (!entry.isFile()) continue;
    const { name } = entry;
    if (!name.startsWith(PREFIX)) continue;
    const identity = parseIdentity(name.slice(PREFIX.length));
    if (identity === undefined) continue;
    const file = path.join(folder, name);
    const host = await hostOf(file);
    const far = host !== null && host !== hostname();
    if (!far && isSameProcess(identity, own)) continue;
    const lives = far ? await isRecent(file) : isAlive(identity);
    if (lives) return { ...identity, host };
    await rm(file, { force: true });
  }
  return undefined;
}

/** The machine of a lock. Those of earlier versions are empty. */
async function hostOf(file: string): Promise<string | null> {
  const host = await readFile(file, 'utf8').catch(() => '');
  return host === '' ? null : host;
}

/** Whether a lock was made lately; one that is gone was not. */
async function isRecent(file: string): Promise<boolean> {
  const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs < SILENT_MS;
}
