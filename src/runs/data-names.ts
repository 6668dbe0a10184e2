import path from 'node:path';
import { DATA_KEYS } from '../config/config-paths';
import type { Run } from './folder/run-schema';

/** The names of the files that a run's data come from, the one that is learned from first: `train.json, test.json`. */
export function dataNames(run: Pick<Run, (typeof DATA_KEYS)[number]>): string {
  return DATA_KEYS.flatMap((key) => run[key] ?? [])
    .map((file) => path.basename(file.path))
    .join(', ');
}
