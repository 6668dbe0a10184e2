import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { MadeBlock, TokenJob, TokenResults, TokenTask } from './token-work';

/** Each reads the whole file. */
const MOST_THREADS = 3;
/** The bundle of token-worker.ts. */
export const SCRIPT = path.join(__dirname, 'token-worker.js');

/** Where the examples of a block stand in the text of a file. */
export interface BlockPlace {
  readonly examples: number;
  readonly offset: number;
  readonly endOffset: number;
}

/** Threads that tokenise blocks of a file's examples beside this one. */
export class TokenThreads<J extends TokenJob> {
  private readonly workers: readonly Worker[];
  private readonly blocks = new Map<number, MadeBlock<J>>();
  private readonly ends: Promise<unknown>;

  /** @param task undefined where there is too little work for more than one thread */
  constructor(task: TokenTask | undefined, script = SCRIPT) {
    const isMany = task !== undefined && existsSync(script);
    const threads = isMany ? Math.min(availableParallelism() - 1, MOST_THREADS) : 0;
    this.workers = Array.from({ length: threads }, () => new Worker(script, { workerData: task }));
    this.ends = Promise.all(this.workers.map((worker) => this.listen(worker)));
  }

  /** Whether there is any. */
  get help(): boolean {
    return this.workers.length > 0;
  }

  /** Waits until they have made all that they took. */
  async end(): Promise<void> {
    await this.ends;
  }

  /** What they made of a block, once; undefined where they did not, or read another file than this thread. */
  take(block: number, { examples, offset, endOffset }: BlockPlace): TokenResults[J] | undefined {
    const found = this.blocks.get(block);
    this.blocks.delete(block);
    const isSame = found?.examples === examples && found.offset === offset && found.endOffset === endOffset;
    return isSame ? found.made : undefined;
  }

  /** Ends them. */
  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private listen(worker: Worker): Promise<void> {
    worker.on('message', (made: MadeBlock<J>) => {
      this.blocks.set(made.block, made);
    });
    // What it failed at is met again by this thread, which can say it.
    worker.on('error', () => undefined);
    return new Promise((resolve) => {
      worker.on('exit', () => {
        resolve();
      });
    });
  }
}
