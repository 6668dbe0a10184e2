import type { Columns } from '../../dataset/columns';
import type { DatasetExample } from '../../dataset/example';
import { unpackDigests } from '../../dataset/split/packed-digests';
import { nearThresholdOf, splitDigests, type SplitParts } from '../../dataset/split/split';
import { newDigests } from '../../dataset/split/split-groups';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { PackedReader } from '../../text/packed/packed-block';
import { isLarge, streamedTokens, type StreamOptions } from '../../text/threads/streamed-tokens';
import { BLOCK, tokenWork, type EncodedBlock } from '../../text/threads/token-work';
import { cacheKey } from './cache-key';
import type { EncodedDataset, EncodedDatasetExample, EncodedExamples, RefusedExample } from './encoded-example';
import { PackedExample, PackedFile, type KeptBlock } from './packed-example';
import { CacheWriter, readCached } from './token-cache';

/** Smaller files are tokenised as fast as they are looked up. */
const CACHED_FROM_BYTES = 2_000_000;

export interface EncodeOptions extends StreamOptions {
  readonly maxSeqLength: number;
  /** How the examples are to be divided. */
  readonly parts?: SplitParts | undefined;
}

/**
 * Reads a dataset, tokenises and divides it. What is wrong with its examples is told with it; of answers that do not fit nothing is trained.
 * @param chat undefined where there is no model: then nothing is tokenised
 * @throws SftError `unreadable-file`; what the split refuses; the signal's reason
 */
export async function readEncoded(
  { file, columns }: { readonly file: string; readonly columns: Columns },
  chat: ChatTokenizer | undefined,
  { maxSeqLength, parts, ...options }: EncodeOptions,
): Promise<EncodedDataset> {
  const isCached = chat !== undefined && isLarge(file, options.from ?? CACHED_FROM_BYTES);
  const key = isCached ? await cacheKey(file, chat, { columns, maxSeqLength, parts }, options.script) : undefined;
  const cached = key === undefined ? undefined : await readCached(key.name);
  if (cached !== undefined) {
    const { refused, ...known } = cached.known;
    // It may be named otherwise now, from another folder.
    const here = refused.map((one) => ({ ...one, file }));
    return { file, ...known, ...examplesOf(file, cached.blocks, here) };
  }
  const writer = key === undefined ? undefined : await CacheWriter.create(key.name);
  const digestsFor = parts === undefined ? undefined : nearThresholdOf(parts);
  const { blocks, findings, end } = await streamedTokens(
    'encode',
    { file, columns },
    chat,
    { maxSeqLength, digestsFor },
    (made) => held(made, writer),
    options,
  ).catch(async (error: unknown) => {
    await writer?.abandon();
    throw error;
  });
  const { format, kind, sha256 } = end;
  const split = parts === undefined ? undefined : splitDigests(digestsOf(blocks), parts);
  const packed = blocks.map(({ starts, numbers, ids, record }): KeptBlock => ({ starts, numbers, ids, record }));
  const refused = refusedIn(file, blocks);
  const isWhole = sha256 === key?.sha256 && findings.every(({ severity }) => severity !== 'error');
  if (writer !== undefined) {
    const bases = blocks.map(({ base }) => base);
    const known = { format, kind, findings, sha256, split, refused };
    // The disk may take its time.
    void (isWhole ? writer.finish(known, packed, bases) : writer.abandon());
  }
  return { file, format, kind, findings, sha256, split, ...examplesOf(file, packed, chat && refused) };
}

/** As readEncoded, of examples that are in memory. @param file names them */
export function encodeExamples(
  file: string,
  examples: readonly DatasetExample[],
  chat: ChatTokenizer,
  maxSeqLength: number,
): EncodedExamples {
  const make = tokenWork('encode', chat, { maxSeqLength });
  const blocks: HeldBlock[] = [];
  for (let at = 0; at < examples.length; at += BLOCK) blocks.push(held(make(examples.slice(at, at + BLOCK))));
  return examplesOf(file, blocks, refusedIn(file, blocks));
}

interface HeldBlock extends KeptBlock, Pick<EncodedBlock, 'refused' | 'digests'> {
  /** Where its records begin in the file of the cache; undefined where they are in memory. */
  readonly base: number | undefined;
}

function held({ packed: { records, ...packed }, ...rest }: EncodedBlock, writer?: CacheWriter): HeldBlock {
  const inMemory = { base: undefined, record: (from: number, to: number) => records.subarray(from, to) };
  return { ...packed, ...rest, ...(writer?.keep(records) ?? inMemory) };
}

function digestsOf(blocks: readonly HeldBlock[]): ReturnType<typeof newDigests> {
  const digests = newDigests();
  for (const block of blocks) if (block.digests !== undefined) unpackDigests(block.digests, digests);
  return digests;
}

function refusedIn(file: string, blocks: readonly HeldBlock[]): RefusedExample[] {
  return blocks.flatMap((block, number) =>
    block.refused.map(({ at, refused: error }) => {
      const line = new PackedReader(block, at).number('line');
      return { index: number * BLOCK + at, file, line, error };
    }),
  );
}

/** @param refused undefined where there was no model to tokenise for */
function examplesOf(
  file: string,
  blocks: readonly KeptBlock[],
  refused: readonly RefusedExample[] | undefined,
): EncodedExamples {
  const rows = new PackedFile(file, blocks);
  const without = new Set(refused?.map(({ index }) => index));
  const encoded: EncodedDatasetExample[] = [];
  for (let index = 0; refused !== undefined && index < rows.size; index++) {
    if (!without.has(index)) encoded.push(new PackedExample(rows, index));
  }
  return { rows, encoded, refused: refused ?? [] };
}
