// Reads a dataset file and compares its examples, beside a thread that checks each of them: shared-batches.ts starts it.
import { parentPort, workerData } from 'node:worker_threads';
import type { DatasetExample } from '../example';
import { streamBatches } from '../read';
import { crossExampleRules } from '../rules';
import { isWithin, type ComparedBatch, type CompareTask } from './compared-batch';

/** Batches that it may be ahead. */
const AHEAD = 64;

async function main({ file, columns, nearDuplicateThreshold, taken }: CompareTask): Promise<void> {
  const rules = crossExampleRules(nearDuplicateThreshold);
  const ids = new Set(rules.map(({ id }) => id));
  let sent = 0;
  for await (const batch of streamBatches(file, { rules, columns })) {
    const found: ComparedBatch[number][] = [];
    let example: DatasetExample | undefined;
    for (const item of batch) {
      if (item.type === 'example') ({ example } = item);
      // What reading finds is told by the other thread.
      else if (item.type === 'finding' && ids.has(item.finding.rule)) {
        const { finding } = item;
        const index = example !== undefined && isWithin(finding, example) ? example.index : undefined;
        found.push({ index, finding });
      }
    }
    for (let n = Atomics.load(taken, 0); sent - n >= AHEAD; n = Atomics.load(taken, 0)) Atomics.wait(taken, 0, n);
    parentPort!.postMessage(found);
    sent++;
  }
}

void main(workerData as CompareTask);
