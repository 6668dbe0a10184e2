import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DatasetItem } from '../check';
import { OUR_COLUMNS } from '../columns';
import type { DatasetExample } from '../example';
import { NEAR_DUPLICATE_THRESHOLD } from '../near/near-threshold';
import { streamBatches, type DatasetEnd, type ReadOptions } from '../read';
import { contentRules, CROSS_EXAMPLE_RULES } from '../rules';
import { isWithin, type ComparedBatch, type CompareTask } from './compared-batch';

export interface SharedOptions extends Omit<ReadOptions, 'rules'> {
  readonly nearDuplicateThreshold?: number;
  /** The bundle of compare-worker.ts. */
  readonly script: string;
}

/**
 * What streamBatches gives of a file by contentRules, by two threads: either reads the file, one checks each example and the other
 * compares them. Reading is a tenth of the work, and gives both the same batches.
 * @throws SftError `unreadable-file`; the signal's reason
 */
export async function* sharedBatches(
  file: string,
  { script, nearDuplicateThreshold = NEAR_DUPLICATE_THRESHOLD, columns = OUR_COLUMNS, ...how }: SharedOptions,
): AsyncGenerator<readonly (DatasetItem | DatasetEnd)[], void, undefined> {
  const comparing = new Set(CROSS_EXAMPLE_RULES.map(({ id }) => id));
  const rules = contentRules({ nearDuplicateThreshold }).filter(({ id }) => !comparing.has(id));
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const task: CompareTask = { file, columns, nearDuplicateThreshold, taken };
  const worker = new Worker(script, { workerData: task });
  try {
    const compared = on(worker, 'message', { close: ['exit'] });
    for await (const batch of streamBatches(file, { rules, columns, ...how })) {
      const next = (await compared.next()) as IteratorResult<[ComparedBatch], undefined>;
      Atomics.add(taken, 0, 1);
      Atomics.notify(taken, 0);
      yield merged(batch, next.done === true ? [] : next.value[0]);
    }
  } finally {
    await worker.terminate();
  }
}

/** Of each example what comparing found follows what else was found of it, and of the file it follows all. */
function merged(
  batch: readonly (DatasetItem | DatasetEnd)[],
  compared: ComparedBatch,
): readonly (DatasetItem | DatasetEnd)[] {
  if (compared.length === 0) return batch;
  const items: (DatasetItem | DatasetEnd)[] = [];
  let at = 0;
  let example: DatasetExample | undefined;
  for (const item of batch) {
    if (example !== undefined && !(item.type === 'finding' && isWithin(item.finding, example))) {
      for (; compared[at]?.index === example.index; at++)
        items.push({ type: 'finding', finding: compared[at]!.finding });
      example = undefined;
    }
    if (item.type === 'example') ({ example } = item);
    items.push(item);
  }
  for (const { finding } of compared.slice(at)) items.push({ type: 'finding', finding });
  return items;
}
