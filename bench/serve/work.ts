import { createRandom } from '../../src/base/random';

// What both sides of `npm run bench serve` do, in token ids.

export const CHATS = 8;
/** Prompt tokens of a chat whose decoding is timed; new tokens of each. */
const CHAT_PROMPT = 32;
export const NEW_TOKENS = 64;
const LONG_PROMPT = 512;

export interface Work {
  /** Read once before the clock starts. */
  readonly warmUp: readonly number[];
  /** Each begins in its own way, so that nothing cached helps. */
  readonly chats: readonly (readonly number[])[];
  readonly long: readonly (readonly number[])[];
}

export function benchWork(vocabulary: number): Work {
  const random = createRandom(21);
  const ids = (length: number): number[] => Array.from({ length }, () => 300 + random.below(vocabulary - 300));
  return {
    warmUp: ids(CHAT_PROMPT),
    chats: Array.from({ length: CHATS }, () => ids(CHAT_PROMPT)),
    long: Array.from({ length: 2 }, () => ids(LONG_PROMPT)),
  };
}

/** What one side measured. */
export interface Side {
  readonly name: string;
  /** Tokens per second: of one chat, of all chats at once together, of a long prompt. */
  readonly one: number;
  readonly many: number;
  readonly prompt: number;
  /** Greedy continuation of the first chat. */
  readonly tokens: readonly number[];
}

/** A way to continue prompts side by side, greedily: the new token ids of each. */
export type Continue = (prompts: readonly (readonly number[])[], newTokens: number) => Promise<readonly number[][]>;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** Times a side; decoding is what more tokens take longer than one. */
export async function measure(name: string, { warmUp, chats, long }: Work, go: Continue): Promise<Side> {
  await go([warmUp], 4);
  const rate = async (
    prompts: readonly (readonly number[])[],
  ): Promise<{ rate: number; tokens: readonly number[][] }> => {
    // Prompts one token apart from each other: the longer run does not find the shorter one's prompt read.
    const first = await seconds(() =>
      go(
        prompts.map(([id, ...rest]) => [id! - 1, ...rest]),
        1,
      ),
    );
    let tokens: readonly number[][] = [];
    const all = await seconds(async () => (tokens = await go(prompts, NEW_TOKENS)));
    const made = tokens.reduce((sum, ids) => sum + ids.length - 1, 0);
    return { rate: made / (all - first), tokens };
  };
  const one = await rate(chats.slice(0, 1));
  const many = await rate(chats);
  const reading = await seconds(async () => {
    for (const prompt of long) await go([prompt], 1);
  });
  const read = long.reduce((sum, prompt) => sum + prompt.length, 0);
  return { name, one: one.rate, many: many.rate, prompt: read / reading, tokens: one.tokens[0]! };
}
