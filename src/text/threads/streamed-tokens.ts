import { statSync } from 'node:fs';
import type { Columns } from '../../dataset/columns';
import type { Finding } from '../../dataset/finding';
import { streamBatches, type DatasetEnd } from '../../dataset/read';
import type { ChatTokenizer } from '../chat-tokenizer';
import { TokenThreads, type BlockPlace } from './token-threads';
import {
  BLOCK,
  BlockTaker,
  newClaims,
  tokenWork,
  type TokenJob,
  type TokenResults,
  type TokenSettings,
} from './token-work';

/** Smaller files are done before a thread is at work. */
const SHARED_FROM_BYTES = 5_000_000;
/** Of an example in a file: `a,b` and a line feed. */
const FEWEST_BYTES = 4;

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether nothing more is made once the data have an error: what was made is not told then. */
  readonly stopsAtErrors?: boolean;
  readonly script?: string | undefined;
  /** Size from which another thread helps. */
  readonly from?: number | undefined;
}

/** What was made of a file's examples. */
export interface StreamedTokens<K> {
  /** What was kept of each block of examples, in file order. */
  readonly blocks: readonly K[];
  /** The line of each example. */
  readonly lines: readonly number[];
  readonly findings: readonly Finding[];
  readonly end: DatasetEnd;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Whether a file is worth more than one thread. @param from bytes */
export function isLarge(file: string, from = SHARED_FROM_BYTES): boolean {
  return sizeOf(file) >= from;
}

/**
 * Works on the examples of a file while it is read, by several threads where it is large: each reads it and takes blocks that no other has
 * taken. No text is held but what is kept.
 * @param chat undefined where there is no model: this thread alone reads then
 * @param keep what is held of a block; called as blocks are made, in no order
 * @throws SftError `unreadable-file`; what is no refusal of an example; the signal's reason
 */
export async function streamedTokens<J extends TokenJob, K>(
  job: J,
  { file, columns }: { readonly file: string; readonly columns: Columns },
  chat: ChatTokenizer | undefined,
  settings: TokenSettings,
  keep: (made: TokenResults[J]) => K,
  options: StreamOptions = {},
): Promise<StreamedTokens<K>> {
  const { script, from, signal, stopsAtErrors = false } = options;
  // Of a Parquet file the size says nothing of the number of its examples.
  const isMany = chat !== undefined && isLarge(file, from) && !/\.parquet$/i.test(file);
  const claims = isMany ? newClaims(sizeOf(file) / FEWEST_BYTES) : undefined;
  const task = claims === undefined ? undefined : { file, columns, recipe: chat!.recipe, settings, job, claims };
  const threads = new TokenThreads<J>(task, script);
  const blocks = new Map<number, K>();
  /** Blocks that another thread took, and where this one saw them. */
  const awaited = new Map<number, BlockPlace>();
  const collect = (): void => {
    for (const [block, place] of awaited) {
      const made = threads.take(block, place);
      if (made === undefined) continue;
      blocks.set(block, keep(made));
      awaited.delete(block);
    }
  };
  const lines: number[] = [];
  const findings: Finding[] = [];
  let end: DatasetEnd | undefined;
  let stopped = false;
  try {
    const taker = new BlockTaker(claims, tokenWork(job, chat, settings), ({ block, made }) => {
      blocks.set(block, keep(made));
      awaited.delete(block);
    });
    const reading = { columns, ...(signal === undefined ? {} : { signal }) };
    for await (const batch of streamBatches(file, reading)) {
      for (const item of batch) {
        if (item.type === 'end') end = item;
        else if (item.type === 'finding') {
          findings.push(item.finding);
          if (!stopsAtErrors || stopped || item.finding.severity !== 'error') continue;
          stopped = true;
          claims?.fill(1);
        } else {
          const { index, line, offset, endOffset } = item.example;
          lines.push(line);
          if (stopped) continue;
          const block = Math.floor(index / BLOCK);
          if (index % BLOCK === 0) collect();
          const begun = index % BLOCK === 0 ? undefined : awaited.get(block);
          awaited.set(block, { examples: (index % BLOCK) + 1, offset: begun?.offset ?? offset, endOffset });
          taker.add(item.example);
        }
      }
    }
    if (stopped) return { blocks: [], lines, findings, end: end! };
    taker.end();
    await threads.end();
    collect();
    // A thread ended early, or the file was changed meanwhile.
    if (awaited.size > 0) {
      return await streamedTokens(job, { file, columns }, chat, settings, keep, { ...options, from: Infinity });
    }
    const order = Array.from({ length: blocks.size }, (_, block) => blocks.get(block)!);
    return { blocks: order, lines, findings, end: end! };
  } finally {
    await threads.close();
  }
}
