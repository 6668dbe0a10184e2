// Reads a dataset file and tokenises those of its blocks of examples that no other thread has taken: token-threads.ts starts it.
import { parentPort, workerData } from 'node:worker_threads';
import { streamBatches } from '../../dataset/read';
import { loadChatTokenizer } from '../chat-tokenizer';
import { BlockTaker, tokenWork, type TokenTask } from './token-work';

async function main({ file, columns, recipe, settings, job, claims }: TokenTask): Promise<void> {
  const chat = await loadChatTokenizer(recipe.modelDir, recipe.options);
  const taker = new BlockTaker(claims, tokenWork(job, chat, settings), (block) => {
    parentPort!.postMessage(block);
  });
  for await (const batch of streamBatches(file, { rules: [], columns })) {
    for (const item of batch) if (item.type === 'example') taker.add(item.example);
  }
  taker.end();
}

void main(workerData as TokenTask);
