import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { RunSummary } from '../../runs/read-runs';
import { PARTS, type CheckpointNode, type Part, type PartNode, type RunNode } from './run-nodes';

/** Where each part lies. Only what is there is shown. */
function placesOf({ folder, artifacts }: RunSummary): Partial<Record<Part, readonly string[]>> {
  return {
    configuration: [folder.runFile],
    checkpoints: [artifacts.checkpoints],
    evaluation: [artifacts.evaluationFile],
    predictions: [artifacts.predictionsFile],
    // A worker that could not begin has left only what its process printed.
    log: [folder.logFile, folder.outputFile],
    [artifacts.form]: [artifacts.result],
  };
}

/** The parts of a run that are on the disk. */
export async function partsOf(parent: RunNode): Promise<PartNode[]> {
  const { runFolder, summary } = parent;
  const there = new Set(await readdir(runFolder).catch(() => []));
  const places = placesOf(summary);
  return PARTS.flatMap((part) => {
    const place = places[part]?.find((one) => there.has(path.basename(one)));
    return place === undefined ? [] : [{ kind: 'part', part, runFolder, path: place, parent }];
  });
}

/** The checkpoints of a run, the latest first, the best one above them. Only reads: a worker may be writing. */
export async function checkpointsOf(parent: PartNode): Promise<CheckpointNode[]> {
  const { runFolder, parent: run } = parent;
  const checkpoints = await run.summary.artifacts.checkpointList();
  return checkpoints.map(({ id, folder }) => ({ kind: 'checkpoint', name: id, runFolder, path: folder, parent }));
}
