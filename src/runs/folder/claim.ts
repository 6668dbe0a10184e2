import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunState } from './state-schema';

const PREFIX = 'told-';

/**
 * Whether the caller is the first to tell a person how a run ended. Two windows may follow one run: whoever makes the file
 * `told-<status>-<time>` in the run folder is the one that speaks. A run that goes on and ends again is told of again.
 */
export async function claimEnding(folder: string, state: RunState): Promise<boolean> {
  const name = `${PREFIX}${state.status}-${Date.parse(state.heartbeat)}`;
  try {
    await writeFile(path.join(folder, name), '', { flag: 'wx' });
  } catch (error) {
    // Where nothing can be written, telling twice is better than not at all.
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
  const former = (await readdir(folder).catch(() => [])).filter((one) => one.startsWith(PREFIX) && one !== name);
  for (const one of former) await rm(path.join(folder, one), { force: true });
  return true;
}
