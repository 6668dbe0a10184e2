import type { Device } from '../compute/device';
import { KvCache, type CachedSequence } from '../model/cached-pass';
import type { LlamaModel } from '../model/llama';
import { virtualIds } from '../model/virtual-tokens';
import type { LlamaConfig } from '../model/llama-config';
import type { Continuation, StopReason } from './generate';
import { KeptPrefixes } from './kept-prefixes';
import { sampleToken, type SamplingOptions } from './sampler';
import { tokenLogProb, type TokenLogProb } from './token-log-prob';

/** Sequences that decode side by side where rows do not depend on each other anyhow. */
const MOST_RUNNING = 16;
/** Prompt tokens in one pass: many where nobody waits for a token meanwhile, few where somebody does. */
const CHUNK_ALONE = 256;
const CHUNK_SHARED = 64;

/** Which log probabilities a request wants to know. */
export interface LogProbOptions {
  /** How many of the likeliest tokens are named at each place. */
  readonly top: number;
  /** The prompt's tokens too, but for the first one, which nothing stands before. */
  readonly prompt: boolean;
  /** Called with each token in its order, and with the stop token where one ends the answer; before onToken. */
  readonly onLogProb: (logProb: TokenLogProb) => void;
}

export interface DecodeRequest {
  readonly model: LlamaModel;
  /** Not empty; with maxNewTokens at most the cache's rows. */
  readonly prompt: readonly number[];
  /** 0 reads the prompt only. */
  readonly maxNewTokens: number;
  readonly logProbs?: LogProbOptions | undefined;
  readonly sampling: SamplingOptions;
  readonly stopTokenIds: readonly number[];
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Called with each new token that is not a stop token; `true` ends the answer with it. */
  readonly onToken?: (id: number) => boolean;
  readonly signal?: AbortSignal;
}

export interface DecodeResult extends Continuation {
  /** Tokens of the prompt whose keys and values an earlier prompt had left. */
  readonly cachedTokens: number;
}

interface Job {
  readonly request: DecodeRequest;
  readonly settle: { resolve(result: DecodeResult): void; reject(error: unknown): void };
  readonly tokens: number[];
  readonly stops: ReadonlySet<number>;
  /** Virtual tokens that the request's prompt begins with. */
  readonly virtual: number;
  cachedTokens: number;
}

interface Running extends Job {
  readonly sequence: CachedSequence;
}

/**
 * Continuous batching: requests join between steps, every step decodes all running sequences of one model in one pass over its weights,
 * and a long prompt is read in pieces between the others' tokens.
 *
 * What a request gets depends on nothing but the request, bit for bit. Prompts are read alone and, but for short ones, in passes of more
 * than `traits.fewRows` tokens; answers are decoded in passes of at most that many; only what a prompt's own pass left is used again.
 */
export class DecodeLoop {
  readonly cache: KvCache;
  private readonly kept: KeptPrefixes;
  private waiting: Job[] = [];
  private running: Running[] = [];
  private looping = false;

  /** @param rows tokens that all sequences together may hold, those kept for later prompts included */
  constructor(
    private readonly device: Device,
    config: LlamaConfig,
    rows: number,
  ) {
    this.cache = new KvCache(device, config, rows);
    this.kept = new KeptPrefixes(this.cache);
  }

  /** Requests that wait for their turn. */
  get queued(): number {
    return this.waiting.length;
  }

  /** Continues a prompt. Ends `aborted`, with what there is, where the signal says so. */
  submit(asked: DecodeRequest): Promise<DecodeResult> {
    if (asked.prompt.length === 0) throw new RangeError('the prompt is empty');
    const before = virtualIds(asked.model);
    const request = before.length === 0 ? asked : { ...asked, prompt: [...before, ...asked.prompt] };
    const needed = request.prompt.length + request.maxNewTokens;
    if (needed > this.cache.rows) throw new RangeError(`${needed} tokens do not fit a cache of ${this.cache.rows}`);
    return new Promise((resolve, reject) => {
      this.waiting.push({
        request,
        settle: { resolve, reject },
        tokens: [],
        stops: new Set(request.stopTokenIds),
        virtual: before.length,
        cachedTokens: 0,
      });
      if (!this.looping) void this.loop();
    });
  }

  /** Lets go of what a model that is about to be freed left in the cache. It must have no requests. */
  forget(model: LlamaModel): void {
    this.kept.dropModel(model);
  }

  /** There must be no requests. */
  free(): void {
    this.cache.free();
  }

  private async loop(): Promise<void> {
    this.looping = true;
    // The caller goes on first: whoever submits several requests at once finds them all in the first step.
    await Promise.resolve();
    while (this.waiting.length + this.running.length > 0) {
      try {
        this.endAborted();
        this.admit();
        await this.readPrompts();
        await this.decode();
      } catch (error) {
        // The cache's state is unknown to those who were in the pass: none of them can go on.
        for (const job of this.running.splice(0)) {
          this.cache.close(job.sequence);
          job.settle.reject(error);
        }
      }
      // Kernels run on this thread: connections, signals and timers have their turn between steps.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.looping = false;
  }

  private endAborted(): void {
    const aborted = (job: Job): boolean => job.request.signal?.aborted === true;
    for (const job of this.waiting.filter(aborted)) job.settle.resolve(resultOf(job, 'aborted'));
    this.waiting = this.waiting.filter((job) => !aborted(job));
    for (const job of this.running.filter(aborted)) this.end(job, 'aborted');
  }

  /** Lets those who wait in, in their order, as long as there is room. */
  private admit(): void {
    const most = Math.max(1, Math.min(MOST_RUNNING, this.device.traits.fewRows));
    for (let job = this.waiting[0]; job !== undefined && this.running.length < most; job = this.waiting[0]) {
      const { model, prompt, maxNewTokens } = job.request;
      // Whoever asks how likely the prompt is needs all of it read.
      const found = job.request.logProbs?.prompt === true ? undefined : this.kept.longest(model, prompt);
      const needed = prompt.length + maxNewTokens;
      let sequence = this.cache.open(needed);
      while (sequence === undefined && this.kept.dropOldest(found?.prefix)) sequence = this.cache.open(needed);
      // What it could begin with takes the room itself.
      let prefix = found;
      if (sequence === undefined && found !== undefined && this.kept.dropOldest()) {
        sequence = this.cache.open(needed);
        prefix = undefined;
      }
      if (sequence === undefined) return;
      this.waiting.shift();
      // The rest must be read by a pass over many rows, as it would be without a prefix.
      const shared = Math.min(prefix?.shared ?? 0, prompt.length - this.device.traits.fewRows - 1);
      if (prefix !== undefined && shared > 0) {
        this.cache.copyPrefix(sequence, prefix.prefix.sequence, shared);
        job.cachedTokens = Math.max(0, shared - job.virtual);
      }
      this.running.push({ ...job, sequence });
    }
  }

  /** One piece of the prompt that came first among those that are not read yet. */
  private async readPrompts(): Promise<void> {
    const job = this.running.find(({ request, sequence }) => sequence.length < request.prompt.length);
    if (job === undefined) return;
    const { request, sequence } = job;
    const { model, prompt, logProbs } = request;
    const everyRow = logProbs?.prompt === true;
    const chunk = everyRow ? this.scoredChunk(model) : this.running.length > 1 ? CHUNK_SHARED : CHUNK_ALONE;
    const from = sequence.length;
    const rest = prompt.length - from;
    const length = rest <= chunk + this.device.traits.fewRows ? rest : chunk;
    const logits = await this.cache.append(model, [{ sequence, ids: prompt.slice(from, from + length), everyRow }]);
    if (everyRow) this.tellPrompt(job, logits, from, length);
    if (sequence.length === prompt.length) this.take(job, logits.subarray(-model.config.vocabSize));
  }

  /** Always the same, for it decides how the rows of logits are summed. */
  private scoredChunk({ config }: LlamaModel): number {
    const { logitBytes, fewRows } = this.device.traits;
    return Math.max(fewRows + 1, Math.min(CHUNK_SHARED, Math.floor(logitBytes / 4 / config.vocabSize)));
  }

  /** @param logits after the `length` tokens of the prompt that begin at `from` */
  private tellPrompt({ request, virtual }: Running, logits: Float32Array, from: number, length: number): void {
    const { prompt, model, logProbs } = request;
    const vocab = model.config.vocabSize;
    for (let row = 0; row < length && from + row + 1 < prompt.length; row++) {
      // The first token of the prompt itself stands behind nothing that was asked.
      if (from + row + 1 <= virtual) continue;
      const after = logits.subarray(row * vocab, (row + 1) * vocab);
      logProbs!.onLogProb(tokenLogProb(after, prompt[from + row + 1]!, logProbs!.top));
    }
  }

  /** One token for every sequence whose prompt was read before this step. */
  private async decode(): Promise<void> {
    const ready = this.running.filter((job) => job.tokens.length > 0);
    for (const model of new Set(ready.map((job) => job.request.model))) {
      const jobs = ready.filter((job) => job.request.model === model);
      const parts = jobs.map(({ sequence, tokens }) => ({ sequence, ids: [tokens.at(-1)!] }));
      const logits = await this.cache.append(model, parts);
      const vocab = model.config.vocabSize;
      jobs.forEach((job, row) => {
        this.take(job, logits.subarray(row * vocab, (row + 1) * vocab));
      });
    }
  }

  private take(job: Running, logits: Float32Array): void {
    const { request, tokens, stops } = job;
    try {
      if (request.maxNewTokens === 0) {
        this.end(job, 'length');
        return;
      }
      const id = sampleToken(logits, request.sampling, request.random);
      const { logProbs } = request;
      logProbs?.onLogProb(tokenLogProb(logits, id, logProbs.top));
      if (stops.has(id)) {
        this.end(job, 'stop');
        return;
      }
      tokens.push(id);
      if (request.onToken?.(id) === true) this.end(job, 'stop');
      else if (tokens.length >= request.maxNewTokens) this.end(job, 'length');
    } catch (error) {
      this.release(job);
      job.settle.reject(error);
    }
  }

  private end(job: Running, stop: StopReason): void {
    this.release(job);
    job.settle.resolve(resultOf(job, stop));
  }

  /** Keeps the prompt, as far as it was read by passes over many rows, and gives the rest back. */
  private release(job: Running): void {
    const { request, sequence } = job;
    this.running = this.running.filter((other) => other !== job);
    const read = Math.min(sequence.length, request.prompt.length);
    if (read <= this.device.traits.fewRows) {
      this.cache.close(sequence);
      return;
    }
    this.cache.cut(sequence, read);
    this.kept.keep({ model: request.model, sequence, ids: request.prompt.slice(0, read) });
  }
}

function resultOf(job: Job, stop: StopReason): DecodeResult {
  return { tokenIds: job.tokens, stop, cachedTokens: job.cachedTokens };
}
