import type { Run } from './folder/run-schema';

interface Dated {
  readonly run: Pick<Run, 'created' | 'id'>;
}

/** The order of a list of runs. */
export function newestFirst(a: Dated, b: Dated): number {
  return b.run.created.localeCompare(a.run.created) || b.run.id.localeCompare(a.run.id);
}
