import type { Columns } from '../../dataset/columns';
import type { DatasetExample } from '../../dataset/example';
import { packDigests, type PackedDigests } from '../../dataset/split/packed-digests';
import { splitThoughts } from '../../dataset/thoughts';
import type { ChatRecipe, ChatTokenizer, EncodedExample } from '../chat-tokenizer';
import { packBlock, type PackedBlock } from '../packed/packed-block';
import type { RefusedTokens } from '../packed/refused-tokens';
import { isRefusal, tokenLength, type TokenLength } from '../token-lengths';

/** Examples that a thread takes at once. */
export const BLOCK = 256;

/** What is made of a block of examples, by the work that is asked for. All of it can be sent from thread to thread. */
export interface TokenResults {
  readonly encode: EncodedBlock;
  readonly count: readonly TokenLength[];
}

export type TokenJob = keyof TokenResults;

/** Examples to train and to ask, and what a split needs to know of them. */
export interface EncodedBlock {
  readonly packed: PackedBlock;
  /** Those that cannot be tokenised, by their numbers in the block. */
  readonly refused: readonly (RefusedTokens & { readonly at: number })[];
  readonly digests: PackedDigests | undefined;
}

/** How examples are worked on. */
export interface TokenSettings {
  readonly maxSeqLength: number;
  /** The threshold that digests are made for, as `nearThresholdOf` gives it; undefined where none are wanted. */
  readonly digestsFor?: number | null | undefined;
}

/** What a thread that tokenises the examples of a file is given. */
export interface TokenTask {
  readonly file: string;
  readonly columns: Columns;
  readonly recipe: ChatRecipe;
  readonly settings: TokenSettings;
  readonly job: TokenJob;
  /** Shared, one for each block of examples: 1 where a thread has taken it. */
  readonly claims: Int32Array;
}

/** A block that a thread has made. */
export interface MadeBlock<J extends TokenJob = TokenJob> {
  readonly block: number;
  /** Where its examples stand in the text of the file: it may have changed since another thread read it. */
  readonly offset: number;
  readonly endOffset: number;
  readonly examples: number;
  readonly made: TokenResults[J];
}

/** Shared, for the blocks of so many examples at most. */
export function newClaims(examples: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * Math.ceil(examples / BLOCK)));
}

/** Whether the caller is the first to take the block. */
function claim(claims: Int32Array, block: number): boolean {
  return Atomics.compareExchange(claims, block, 0, 1) === 0;
}

/** Works on the examples of a file as they come, in blocks that no other thread has taken. */
export class BlockTaker<J extends TokenJob> {
  private taken: DatasetExample[] = [];
  private takes = false;

  /** @param claims undefined where there is no other thread */
  constructor(
    private readonly claims: Int32Array | undefined,
    private readonly make: (examples: readonly DatasetExample[]) => TokenResults[J],
    private readonly onBlock: (block: MadeBlock<J>) => void,
  ) {}

  add(example: DatasetExample): void {
    if (example.index % BLOCK === 0) {
      this.end();
      this.takes = this.claims === undefined || claim(this.claims, example.index / BLOCK);
    }
    if (this.takes) this.taken.push(example);
  }

  /** After the last example. */
  end(): void {
    const { taken } = this;
    const [first] = taken;
    if (first === undefined) return;
    this.taken = [];
    const place = { examples: taken.length, offset: first.offset, endOffset: taken.at(-1)!.endOffset };
    this.onBlock({ block: Math.floor(first.index / BLOCK), ...place, made: this.make(taken) });
  }
}

type Work<J extends TokenJob> = (
  chat: ChatTokenizer | undefined,
  examples: readonly DatasetExample[],
  settings: TokenSettings,
) => TokenResults[J];

const WORK: { readonly [J in TokenJob]: Work<J> } = {
  encode(chat, examples, { maxSeqLength, digestsFor }) {
    const made = examples.map((example) => chat && encodeExample(chat, example, maxSeqLength));
    return {
      packed: packBlock(examples, made, (example, encoded) => referenceOf(chat!, example, encoded)),
      refused: made.flatMap((one, at) => (one !== undefined && 'refused' in one ? [{ at, ...one }] : [])),
      digests: digestsFor === undefined ? undefined : packDigests(examples, digestsFor),
    };
  },
  count(chat, examples, { maxSeqLength }) {
    return examples.map(({ value: { question, answer }, history, thoughts, tools, turns }) =>
      tokenLength(chat!, { question, answer, history, thoughts, tools, turns }, maxSeqLength),
    );
  },
};

function encodeExample(
  chat: ChatTokenizer,
  { value: { question, answer }, history = [], thoughts, tools, turns }: DatasetExample,
  maxSeqLength: number,
): EncodedExample | RefusedTokens {
  try {
    return chat.encodeExample({ question, answer, history, thoughts, tools, turns }, maxSeqLength);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { code, message, file, remedy } = error;
    return { refused: { code, message, file, remedy } };
  }
}

/** The answer without the thoughts before it; one that calls tools, as its template writes it and the model is to. */
function referenceOf(
  chat: ChatTokenizer,
  { value: { answer }, turns }: DatasetExample,
  { ids, answer: spans }: EncodedExample,
): string {
  if (turns?.at(-1)?.calls === undefined) return splitThoughts(answer)?.answer ?? answer;
  return chat.decodeAnswer(spans.flatMap(({ from, to }) => [...ids.subarray(from, to)]));
}

/**
 * How a block of examples is worked on. @throws what is no refusal of an example
 * @param chat undefined where there is no model: then nothing is tokenised
 */
export function tokenWork<J extends TokenJob>(
  job: J,
  chat: ChatTokenizer | undefined,
  settings: TokenSettings,
): (examples: readonly DatasetExample[]) => TokenResults[J] {
  return (examples) => WORK[job](chat, examples, settings);
}
