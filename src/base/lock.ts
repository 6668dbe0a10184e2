import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { explainWriteError } from './files';
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

/** The release of a lock, or who has it. */
export type LockAttempt =
  | { readonly release: () => Promise<void>; readonly holder?: never }
  | { readonly release?: never; readonly holder: ProcessIdentity };

const PREFIX = 'lock-';

/**
 * Tries to make this process the one holder of a folder. Each contender puts a file `lock-<pid>-<start>` into the folder and then looks
 * for others: whoever finds a living one withdraws, so that two can never both go on, and a dead one's file is simply removed. No stale
 * lock has to be taken over, which is where two contenders could meet. Outside Linux the start is `x` and the number of the process
 * alone tells whether it lives. The file holds the name of the machine. Processes on other machines that share the folder are not seen
 * to live: whoever may have such looks for them first, and what they left is removed.
 *
 * @throws SftError `disk-full` or `not-writable`
 */
export async function tryLock(folder: string): Promise<LockAttempt> {
  const key = path.resolve(folder);
  if (held.has(key)) return { holder: ownIdentity() };
  held.add(key);
  const file = path.join(folder, `${PREFIX}${identityText()}`);
  try {
    // Whoever only waits for its turn leaves no trace, which would wake the others that wait.
    let holder = await otherHolder(folder);
    for (let attempt = 1; ; attempt++) {
      if (holder !== undefined && (attempt === 1 || attempt > ATTEMPTS)) {
        held.delete(key);
        return { holder };
      }
      await writeFile(file, hostname());
      holder = await otherHolder(folder);
      if (holder === undefined) break;
      await rm(file, { force: true });
      // Two that began at once have both withdrawn: different waits let one of them through.
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40));
    }
  } catch (error) {
    // On a full disk there may be a file without a word in it.
    await rm(file, { force: true }).catch(() => undefined);
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

async function otherHolder(folder: string): Promise<ProcessIdentity | undefined> {
  const own = ownIdentity();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    // A lock is a file: a folder of such a name is somebody else's.
    if (!entry.isFile()) continue;
    const { name } = entry;
    if (!name.startsWith(PREFIX)) continue;
    const identity = parseIdentity(name.slice(PREFIX.length));
    if (identity === undefined || isSameProcess(identity, own)) continue;
    const file = path.join(folder, name);
    if (isAlive(identity) && !(await isFar(file))) return identity;
    await rm(file, { force: true });
  }
  return undefined;
}

/** Whether a lock is that of another machine, where a process of that number is another. Locks of earlier versions are empty. */
async function isFar(file: string): Promise<boolean> {
  const host = await readFile(file, 'utf8').catch(() => '');
  return host !== '' && host !== hostname();
}
