import { statSync } from 'node:fs';
import type { Columns } from '../../dataset/columns';
import type { Finding } from '../../dataset/finding';
import { streamBatches } from '../../dataset/read';
import type { ChatTokenizer } from '../chat-tokenizer';
import { TokenThreads, type BlockPlace } from './token-threads';
import { BLOCK, BlockTaker, newClaims, tokenWork, type TokenJob, type TokenResults } from './token-work';

/** Smaller files are done before a thread is at work. */
const SHARED_FROM_BYTES = 5_000_000;
/** Of an example in a file: `a,b` and a line feed. */
const FEWEST_BYTES = 4;

export interface StreamedTokensOptions {
  readonly script?: string;
  /** Size from which another thread helps. */
  readonly from?: number;
}

/** What was made of a file's examples, without their texts. */
export interface StreamedTokens<J extends TokenJob> {
  readonly made: readonly TokenResults[J][];
  /** The line of each. */
  readonly lines: readonly number[];
  readonly findings: readonly Finding[];
}

/**
 * Tokenises the examples of a file while it is read, by several threads where it is large: each reads it and takes blocks that no other has
 * taken. No text is kept.
 * @throws SftError `unreadable-file`; what is no refusal of an example
 */
export async function streamedTokens<J extends TokenJob>(
  job: J,
  { file, columns }: { readonly file: string; readonly columns: Columns },
  chat: ChatTokenizer,
  maxSeqLength: number,
  { script, from = SHARED_FROM_BYTES }: StreamedTokensOptions = {},
): Promise<StreamedTokens<J>> {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  // Of a Parquet file the size says nothing of the number of its examples.
  const isMany = size >= from && !/\.parquet$/i.test(file);
  const claims = isMany ? newClaims(size / FEWEST_BYTES) : undefined;
  const { recipe } = chat;
  const task = claims === undefined ? undefined : { file, columns, recipe, maxSeqLength, job, claims };
  const threads = new TokenThreads<J>(task, script);
  const blocks: (readonly TokenResults[J][] | undefined)[] = [];
  const places: BlockPlace[] = [];
  const lines: number[] = [];
  const findings: Finding[] = [];
  try {
    const taker = new BlockTaker(claims, tokenWork(job, chat, maxSeqLength), ({ block, made }) => {
      blocks[block] = made;
    });
    for await (const batch of streamBatches(file, { columns })) {
      for (const item of batch) {
        if (item.type === 'finding') findings.push(item.finding);
        else if (item.type === 'example') {
          const { index, line, offset, endOffset } = item.example;
          lines.push(line);
          const begun = index % BLOCK === 0 ? undefined : places.at(-1);
          const place = { examples: (index % BLOCK) + 1, offset: begun?.offset ?? offset, endOffset };
          places[Math.floor(index / BLOCK)] = place;
          taker.add(item.example);
        }
      }
    }
    taker.end();
    await threads.end();
    for (const [block, place] of places.entries()) blocks[block] ??= threads.take(block, place);
    // A thread ended early, or the file was changed meanwhile.
    if (claims !== undefined && places.some((_, block) => blocks[block] === undefined)) {
      return await streamedTokens(job, { file, columns }, chat, maxSeqLength, { from: Infinity });
    }
    return { made: blocks.flatMap((made) => made!), lines, findings };
  } finally {
    await threads.close();
  }
}
