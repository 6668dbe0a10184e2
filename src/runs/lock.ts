import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../errors';
import { isAlive, ownIdentity, type ProcessIdentity } from '../process-identity';

/** Runs this process writes. */
const held = new Set<string>();
const ATTEMPTS = 5;

/**
 * Makes this process the one writer of a run. Each contender puts a file `lock-<pid>-<start>` into the folder and then looks for
 * others: whoever finds a living one withdraws, so that two can never both go on, and a dead one's file is simply removed. No stale
 * lock has to be taken over, which is where two contenders could meet. Outside Linux the start is `x` and the number of the process
 * alone tells whether it lives. Processes on other machines that share the folder are not seen.
 *
 * @returns the release
 * @throws SftError `run-busy` where another process writes the run
 */
export async function acquireLock(folder: string): Promise<() => Promise<void>> {
  const key = path.resolve(folder);
  const { pid, started } = ownIdentity();
  if (held.has(key)) throw busy(folder, pid);
  held.add(key);
  const file = path.join(folder, `lock-${pid}-${started ?? 'x'}`);
  try {
    for (let attempt = 1; ; attempt++) {
      await writeFile(file, '');
      const other = await otherWriter(folder);
      if (other === undefined) break;
      await rm(file, { force: true });
      if (attempt === ATTEMPTS) throw busy(folder, other.pid);
      // Two that began at once have both withdrawn: different waits let one of them through.
      await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 40));
    }
  } catch (error) {
    held.delete(key);
    throw error;
  }
  return async () => {
    await rm(file, { force: true });
    held.delete(key);
  };
}

function busy(folder: string, pid: number): SftError {
  return new SftError('run-busy', `the run is already being written by process ${pid}`, {
    file: folder,
    remedy: 'follow that one, or stop it first',
  });
}

async function otherWriter(folder: string): Promise<ProcessIdentity | undefined> {
  const own = ownIdentity();
  for (const name of await readdir(folder)) {
    const match = /^lock-(\d+)-(\d+|x)$/.exec(name);
    if (match === null) continue;
    const identity = { pid: Number(match[1]), started: match[2] === 'x' ? null : Number(match[2]) };
    if (identity.pid === own.pid && identity.started === own.started) continue;
    if (isAlive(identity)) return identity;
    await rm(path.join(folder, name), { force: true });
  }
  return undefined;
}
