import type { Columns } from '../../dataset/columns';
import type { DatasetExample } from '../../dataset/example';
import type { ChatRecipe, ChatTokenizer, EncodedExample } from '../chat-tokenizer';
import { isRefusal, tokenLength, type TokenLength } from '../token-lengths';

/** Examples that a thread takes at once. */
export const BLOCK = 256;

/** What is made of an example, by the work that is asked for. All of it can be sent from thread to thread. */
export interface TokenResults {
  readonly encode: EncodedExample | RefusedTokens;
  readonly count: TokenLength;
}

export type TokenJob = keyof TokenResults;

/** Of an example that the chat template or the model's vocabulary refuses: the error's own fields. */
export interface RefusedTokens {
  readonly refused: {
    readonly code: string;
    readonly message: string;
    readonly file: string | undefined;
    readonly remedy: string | undefined;
  };
}

/** What a thread that tokenises the examples of a file is given. */
export interface TokenTask {
  readonly file: string;
  readonly columns: Columns;
  readonly recipe: ChatRecipe;
  readonly maxSeqLength: number;
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
  readonly made: readonly TokenResults[J][];
}

/** Shared, for the blocks of so many examples at most. */
export function newClaims(examples: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * Math.ceil(examples / BLOCK)));
}

/** Whether the caller is the first to take the block. */
export function claim(claims: Int32Array, block: number): boolean {
  return Atomics.compareExchange(claims, block, 0, 1) === 0;
}

/** Works on the examples of a file as they come, in blocks that no other thread has taken. */
export class BlockTaker<J extends TokenJob> {
  private first: DatasetExample | undefined;
  private endOffset = 0;
  private made: TokenResults[J][] = [];

  /** @param claims undefined where there is no other thread */
  constructor(
    private readonly claims: Int32Array | undefined,
    private readonly make: (example: DatasetExample) => TokenResults[J],
    private readonly onBlock: (block: MadeBlock<J>) => void,
  ) {}

  add(example: DatasetExample): void {
    if (example.index % BLOCK === 0) {
      this.end();
      if (this.claims === undefined || claim(this.claims, example.index / BLOCK)) this.first = example;
    }
    if (this.first === undefined) return;
    this.made.push(this.make(example));
    this.endOffset = example.endOffset;
  }

  /** After the last example. */
  end(): void {
    const { first, endOffset, made } = this;
    if (first === undefined) return;
    this.onBlock({ block: Math.floor(first.index / BLOCK), offset: first.offset, endOffset, made });
    this.first = undefined;
    this.made = [];
  }
}

const WORK: {
  readonly [J in TokenJob]: (chat: ChatTokenizer, example: DatasetExample, maxSeqLength: number) => TokenResults[J];
} = {
  encode(chat, { value: { question, answer }, history = [], thoughts, tools, turns }, maxSeqLength) {
    try {
      return chat.encodeExample({ question, answer, history, thoughts, tools, turns }, maxSeqLength);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { code, message, file, remedy } = error;
      return { refused: { code, message, file, remedy } };
    }
  },
  count(chat, { value: { question, answer }, history, thoughts, tools, turns }, maxSeqLength) {
    return tokenLength(chat, { question, answer, history, thoughts, tools, turns }, maxSeqLength);
  },
};

/** How one example is worked on. @throws what is no refusal of the example */
export function tokenWork<J extends TokenJob>(
  job: J,
  chat: ChatTokenizer,
  maxSeqLength: number,
): (example: DatasetExample) => TokenResults[J] {
  return (example) => WORK[job](chat, example, maxSeqLength);
}
