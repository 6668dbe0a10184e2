import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PARTS, type CheckpointNode, type Part, type PartNode, type RunNode } from './run-nodes';

/** Where each part lies in the run folder. Written out here, since only what is there is shown. */
const NAMES: Readonly<Record<Part, readonly string[]>> = {
  configuration: ['run.json'],
  checkpoints: ['checkpoints'],
  evaluation: ['evaluation.json'],
  predictions: ['predictions.jsonl'],
  // A worker that could not begin has left only what its process printed.
  log: ['log.txt', 'output.txt'],
  adapter: ['adapter'],
  model: ['model'],
};

/** The parts of a run that are on the disk. */
export async function partsOf(parent: RunNode): Promise<PartNode[]> {
  const { runFolder } = parent;
  const there = new Set(await readdir(runFolder).catch(() => []));
  return PARTS.flatMap((part) => {
    const name = NAMES[part].find((one) => there.has(one));
    return name === undefined ? [] : [{ kind: 'part', part, runFolder, path: path.join(runFolder, name), parent }];
  });
}

/** The checkpoints of a run, the latest first, the best one above them. Only reads: a worker may be writing. */
export async function checkpointsOf(parent: PartNode): Promise<CheckpointNode[]> {
  const names = await readdir(parent.path).catch(() => []);
  const step = (name: string): number => (name === 'best' ? Infinity : Number(name.slice('step-'.length)));
  return names
    .filter((name) => /^(?:step-\d+|best)$/.test(name))
    .sort((a, b) => step(b) - step(a))
    .map((name) => ({
      kind: 'checkpoint',
      name,
      runFolder: parent.runFolder,
      path: path.join(parent.path, name),
      parent,
    }));
}
