import type { Dataset } from '../../dataset/read';
import type { ChatTokenizer } from '../chat-tokenizer';
import { TokenThreads, type BlockPlace } from './token-threads';
import { BLOCK, claim, newClaims, tokenWork, type TokenJob, type TokenResults } from './token-work';

/** Fewer examples are done before a thread is at work. */
const SHARED_FROM = 10_000;

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
  private readonly threads: TokenThreads<J>;

  constructor(
    private readonly job: J,
    private readonly dataset: Dataset,
    private readonly chat: ChatTokenizer,
    private readonly maxSeqLength: number,
    private readonly options: SharedTokensOptions = {},
  ) {
    const { script, from = SHARED_FROM } = options;
    const { file, columns, examples } = dataset;
    this.claims = newClaims(examples.length);
    const task = { file, columns, recipe: chat.recipe, maxSeqLength, job, claims: this.claims };
    this.threads = new TokenThreads(examples.length >= from ? task : undefined, script);
  }

  /**
   * What was made of each example.
   * @throws the signal's reason where it is aborted; what is no refusal of an example
   */
  async finish(): Promise<TokenResults[J][]> {
    const { claims, threads } = this;
    const blocks: (readonly TokenResults[J][] | undefined)[] = Array.from({ length: claims.length }, () => undefined);
    try {
      // Alone, the first error is met first.
      const order = threads.help ? (at: number): number => blocks.length - 1 - at : (at: number): number => at;
      for (let at = 0; at < blocks.length; at++) {
        if (claim(claims, order(at))) blocks[order(at)] = await this.make(order(at));
      }
      await threads.end();
      for (let block = 0; block < blocks.length; block++) {
        blocks[block] ??= threads.take(block, this.placeOf(block)) ?? (await this.make(block));
      }
      return blocks.flatMap((made) => made!);
    } finally {
      await this.close();
    }
  }

  /** Ends the other threads. */
  close(): Promise<void> {
    return this.threads.close();
  }

  private examplesOf(block: number): Dataset['examples'] {
    return this.dataset.examples.slice(block * BLOCK, (block + 1) * BLOCK);
  }

  private placeOf(block: number): BlockPlace {
    const examples = this.examplesOf(block);
    return { examples: examples.length, offset: examples[0]!.offset, endOffset: examples.at(-1)!.endOffset };
  }

  private async make(block: number): Promise<readonly TokenResults[J][]> {
    this.options.signal?.throwIfAborted();
    const made = this.examplesOf(block).map(tokenWork(this.job, this.chat, this.maxSeqLength));
    // Lets signals, heartbeats and the blocks of the other threads through.
    await new Promise((resolve) => setImmediate(resolve));
    return made;
  }
}
