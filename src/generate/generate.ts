import type { LlamaModel } from '../model/llama';
import { KvCache } from '../model/cached-pass';
import { virtualIds } from '../model/virtual-tokens';
import { sampleToken, type SamplingOptions } from './sampler';

/** Why a continuation ended: at a stop token, at max_new_tokens or the model's last position, or because it was asked to. */
export type StopReason = 'stop' | 'length' | 'aborted';

export interface GenerateOptions {
  readonly sampling: SamplingOptions;
  readonly maxNewTokens: number;
  readonly stopTokenIds: readonly number[];
  /** Uniform in [0, 1), one stream for each prompt, so that a prompt's answer does not depend on its neighbours. */
  readonly random: (prompt: number) => () => number;
  /** Called with each new token that is not a stop token. */
  readonly onToken?: (prompt: number, id: number) => void;
  readonly signal?: AbortSignal;
}

export interface Continuation {
  /** New tokens without the stop token. */
  readonly tokenIds: readonly number[];
  readonly stop: StopReason;
}

/**
 * Continues prompts of token ids, all at once: every step reads the weights one time for all prompts that still run.
 * @param prompts none of them empty
 */
export async function generate(
  model: LlamaModel,
  prompts: readonly (readonly number[])[],
  options: GenerateOptions,
): Promise<Continuation[]> {
  const most = model.context;
  const rooms = prompts.map((prompt) => Math.max(0, Math.min(options.maxNewTokens, most - prompt.length)));
  const begun = prompts.map((prompt) => [...virtualIds(model), ...prompt]);
  const capacities = begun.map((prompt, index) => prompt.length + rooms[index]!);
  const cache = new KvCache(
    model.device,
    model.config,
    capacities.reduce((sum, capacity) => sum + capacity, 0),
  );
  const stopIds = new Set(options.stopTokenIds);
  const runs = begun.map((prompt, index) => ({
    index,
    sequence: cache.open(capacities[index]!)!,
    ids: prompt,
    room: rooms[index]!,
    tokens: [] as number[],
    stop: undefined as StopReason | undefined,
    random: options.random(index),
  }));
  try {
    for (;;) {
      const active = runs.filter((run) => run.stop === undefined && run.tokens.length < run.room);
      if (active.length === 0) break;
      if (options.signal?.aborted === true) {
        for (const run of active) run.stop = 'aborted';
        break;
      }
      const logits = await cache.append(model, active);
      const vocab = model.config.vocabSize;
      active.forEach((run, row) => {
        const id = sampleToken(logits.subarray(row * vocab, (row + 1) * vocab), options.sampling, run.random);
        if (stopIds.has(id)) {
          run.stop = 'stop';
          return;
        }
        run.tokens.push(id);
        run.ids = [id];
        options.onToken?.(run.index, id);
      });
      // Lets signals and streams through between tokens; the kernels themselves do not wait for anything.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    cache.free();
  }
  return runs.map(({ tokens, stop }) => ({ tokenIds: tokens, stop: stop ?? 'length' }));
}
