import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Dataset } from '../../dataset/read';
import type { ChatTokenizer } from '../chat-tokenizer';
import {
  BLOCK,
  claim,
  tokenWork,
  type MadeBlock,
  type TokenJob,
  type TokenResults,
  type TokenTask,
} from './token-work';

/** Fewer examples are done before a thread is at work. */
const SHARED_FROM = 10_000;
/** Each reads the whole file. */
const MOST_THREADS = 3;
/** The bundle of token-worker.ts. */
const SCRIPT = path.join(__dirname, 'token-worker.js');

export interface SharedTokensOptions {
  readonly signal?: AbortSignal | undefined;
  readonly script?: string;
  /** Examples from which other threads help. */
  readonly from?: number;
}

/**
 * The examples of a dataset, tokenised by several threads where there are many: the others read the file themselves and begin at its
 * start, this one takes blocks from the end. They begin when this is made; until `finish` this thread has time for something else.
 */
export class SharedTokens<J extends TokenJob> {
  private readonly claims: Int32Array;
  private readonly blocks: (readonly TokenResults[J][] | undefined)[];
  private readonly workers: readonly Worker[];
  /** Until each of them has ended. */
  private readonly others: Promise<unknown>;

  constructor(
    private readonly job: J,
    private readonly dataset: Dataset,
    private readonly chat: ChatTokenizer,
    private readonly maxSeqLength: number,
    private readonly options: SharedTokensOptions = {},
  ) {
    const { script = SCRIPT, from = SHARED_FROM } = options;
    const { file, columns, examples } = dataset;
    const count = Math.ceil(examples.length / BLOCK);
    this.claims = new Int32Array(new SharedArrayBuffer(4 * count));
    this.blocks = Array.from({ length: count }, () => undefined);
    const threads =
      examples.length < from || !existsSync(script) ? 0 : Math.min(availableParallelism() - 1, MOST_THREADS);
    const task: TokenTask = { file, columns, recipe: chat.recipe, maxSeqLength, job, claims: this.claims };
    this.workers = Array.from({ length: threads }, () => new Worker(script, { workerData: task }));
    this.others = Promise.all(this.workers.map((worker) => this.listen(worker)));
  }

  /**
   * What was made of each example.
   * @throws the signal's reason where it is aborted; what is no refusal of an example
   */
  async finish(): Promise<TokenResults[J][]> {
    try {
      const { length } = this.blocks;
      // Alone, the first error is met first.
      const order = this.workers.length === 0 ? (at: number): number => at : (at: number): number => length - 1 - at;
      for (let at = 0; at < length; at++) if (claim(this.claims, order(at))) await this.make(order(at));
      await this.others;
      // Of a thread that ended early, or that read another file than this one.
      for (let block = 0; block < length; block++) if (this.blocks[block] === undefined) await this.make(block);
      return this.blocks.flatMap((made) => made!);
    } finally {
      await this.close();
    }
  }

  /** Ends the other threads. */
  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private async make(block: number): Promise<void> {
    this.options.signal?.throwIfAborted();
    const { job, chat, maxSeqLength, dataset } = this;
    this.blocks[block] = dataset.examples
      .slice(block * BLOCK, (block + 1) * BLOCK)
      .map(tokenWork(job, chat, maxSeqLength));
    // Lets signals, heartbeats and the blocks of the other threads through.
    await new Promise((resolve) => setImmediate(resolve));
  }

  private listen(worker: Worker): Promise<void> {
    worker.on('message', (block: MadeBlock) => {
      this.take(block);
    });
    // What it failed at is met again here, by a thread that can say it.
    worker.on('error', () => undefined);
    return new Promise((resolve) => {
      worker.on('exit', () => {
        resolve();
      });
    });
  }

  private take({ block, offset, endOffset, made }: MadeBlock): void {
    const examples = this.dataset.examples.slice(block * BLOCK, (block + 1) * BLOCK);
    if (examples.length !== made.length || examples[0]!.offset !== offset || examples.at(-1)!.endOffset !== endOffset)
      return;
    this.blocks[block] = made as readonly TokenResults[J][];
  }
}
