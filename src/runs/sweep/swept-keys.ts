import path from 'node:path';
import { writeFileAtomic } from '../../base/files';
import { SWEEP_FILE } from '../folder/run-files';

/** Beside run.json, which is written once: a sweep also takes in runs that were there before it. */
const FILE_NAME = 'sweep.json';

/** The keys that the sweep of the run in `folder` tries values of; undefined for a run of its own, or where the file is damaged. */
export async function readSweptKeys(folder: string): Promise<readonly string[] | undefined> {
  const read = await SWEEP_FILE.read(path.join(folder, FILE_NAME)).catch(() => undefined);
  return read?.keys;
}

/** @throws SftError `disk-full` or `not-writable` */
export async function writeSweptKeys(folder: string, keys: readonly string[]): Promise<void> {
  await writeFileAtomic(path.join(folder, FILE_NAME), `${JSON.stringify({ keys })}\n`);
}
