// Reads a dataset file and tokenises those of its blocks of examples that no other thread has taken: shared-tokens.ts starts it.
import { parentPort, workerData } from 'node:worker_threads';
import type { DatasetExample } from '../../dataset/example';
import { streamBatches } from '../../dataset/read';
import { loadChatTokenizer } from '../chat-tokenizer';
import {
  BLOCK,
  claim,
  tokenWork,
  type MadeBlock,
  type TokenResults,
  type TokenTask,
  type TokenJob,
} from './token-work';

async function main({ file, columns, recipe, maxSeqLength, job, claims }: TokenTask): Promise<void> {
  const make = tokenWork(job, await loadChatTokenizer(recipe.modelDir, recipe.options), maxSeqLength);
  let made: TokenResults[TokenJob][] = [];
  let first: DatasetExample | undefined;
  let last: DatasetExample | undefined;
  const send = (): void => {
    if (first === undefined || last === undefined) return;
    const { index, offset } = first;
    const block: MadeBlock = { block: Math.floor(index / BLOCK), offset, endOffset: last.endOffset, made };
    parentPort!.postMessage(block);
    first = undefined;
    made = [];
  };
  for await (const batch of streamBatches(file, { rules: [], columns })) {
    for (const item of batch) {
      if (item.type !== 'example') continue;
      const { example } = item;
      if (example.index % BLOCK === 0) {
        send();
        if (claim(claims, example.index / BLOCK)) first = example;
      }
      if (first === undefined) continue;
      made.push(make(example));
      last = example;
    }
  }
  send();
}

void main(workerData as TokenTask);
