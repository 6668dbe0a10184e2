import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { recoverFolder } from '../../base/files';
import type { RunFolder } from './run-folder';

/** The steps that have a whole checkpoint, ascending. Mends what a killed writer left first. */
export async function checkpointSteps(folder: RunFolder): Promise<number[]> {
  const names = await readdir(folder.checkpoints).catch(() => []);
  const targets = new Set(
    names.map((name) => /^(step-\d+|best)(\.|$)/.exec(name)?.[1]).filter((name) => name !== undefined),
  );
  for (const name of targets) await recoverFolder(path.join(folder.checkpoints, name));
  const whole = await readdir(folder.checkpoints).catch(() => []);
  return whole
    .map((name) => /^step-(\d+)$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/** The folder of the best weights so far by validation loss; weights only. */
export function bestFolder(folder: RunFolder): string {
  return path.join(folder.checkpoints, 'best');
}
