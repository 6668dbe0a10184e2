import type { ResolvedConfig } from '../config/config-schema';
import { headRows } from '../compute/composed/head-loss';
import { DryDevice } from '../compute/dry/dry-device';
import type { DeviceTraits } from '../compute/traits';
import { countTargets, sequencesOf, type TokenSequence, type TrainableSequence } from '../model/batch';
import { KvCache } from '../model/cached-pass';
import { isNoisy } from '../model/input-noise';
import { LlamaModel } from '../model/llama';
import type { LlamaConfig } from '../model/llama-config';
import type { PassPlan } from '../model/passes';
import { planScoring, scorePasses } from '../model/score';
import { virtualIds } from '../model/virtual-tokens';
import { weightOptions } from '../model/weight-options';
import { BaseWeights, type WeightOptions } from '../model/weights';
import { planWindow, trainWindow } from '../model/window-pass';
import type { TuningTarget } from '../tuning/method';
import { createTuning, methodOf } from '../tuning/registry';
import { createOptimizer } from './optimizer/create-optimizer';
import { windowsOf } from './windows';

/** The tokenised parts of a dataset. */
export interface TokenisedParts {
  readonly train: readonly TrainableSequence[];
  readonly validation: readonly TrainableSequence[];
  readonly test: readonly TokenSequence[];
  /** General questions that both models score at the end. */
  readonly general: readonly TokenSequence[];
}

/** What a part of the memory is for; bytes. */
export interface MemoryParts {
  /** The base model's weights: mapped from their files (the system can take them back and read them again, at the cost of speed), or in 4 bits. */
  readonly weights: number;
  /** What is trained: the adapter with what it keeps beside it, or a copy of all weights. */
  readonly trained: number;
  readonly gradients: number;
  /** What the optimizer remembers: both moments of AdamW. */
  readonly optimizer: number;
  /** What backward needs of forward, in the largest pass. */
  readonly activations: number;
  /** Scores of the vocabulary at the trained tokens. */
  readonly logits: number;
  /** What answering the test questions takes beyond what training took before: it begins when that is given back. */
  readonly evaluation: number;
  /** Copies on their way to the disk. */
  readonly saving: number;
  /** Node, the tokenizer and the data. */
  readonly runtime: number;
}

export interface MemoryEstimate {
  readonly parts: MemoryParts;
  /** Most memory in use at once, bytes: the sum of the parts. */
  readonly peak: number;
  /** Tokens of the largest pass. */
  readonly tokens: number;
}

/** Answers that are generated side by side; see generate/answer.ts. */
const QUESTIONS_AT_ONCE = 16;
/** Questions of the validation part that are asked while it trains; see runs/worker/samples.ts. */
const SAMPLES = 3;
/** Of a text in Latin letters at least, and what a chat template puts around it. */
const CHARACTERS_PER_TOKEN = 3;
const TEMPLATE_TOKENS = 64;
/** Steps whose windows are looked at for the largest pass. */
const STEPS_SEEN = 2000;
/** What copies on their way to the disk take before they are let go. Measured: docs/memory.md. */
const SAVING_BYTES = 48 << 20;
/** Node with this program in it. Measured: docs/memory.md. */
const NODE_BYTES = 80e6;
/** What the tokenizer takes for each entry of its vocabulary, and the data for each token. Measured: docs/memory.md. */
const VOCABULARY_ENTRY_BYTES = 600;
const TOKEN_BYTES = 10;

/**
 * The memory that a run of this configuration will need, by running its passes on a device that counts.
 *
 * @param modelDir the folder of the base model; only headers are read
 * @param traits of the device that will run it
 * @param chat of the base model, where the configuration names tokens by their text
 * @param tensors of a model whose folder is not here
 * @throws SftError what opening model and adapter throws
 */
export async function estimateMemory(
  config: ResolvedConfig,
  llama: LlamaConfig,
  modelDir: string,
  parts: TokenisedParts,
  traits: DeviceTraits,
  chat?: TuningTarget['chat'],
  tensors?: WeightOptions['tensors'],
): Promise<MemoryEstimate> {
  const device = new DryDevice(traits);
  const weights = new BaseWeights(device, modelDir, llama, { ...weightOptions(config), tensors });
  const held = device.usedBytes;
  const tuning = createTuning({ device, config: llama, weights, chat }, config);
  const tuned = new LlamaModel(device, llama, weights, tuning);
  const { parameters } = tuning;
  const set = parameters.length * 4;
  const untrained = device.usedBytes;
  createOptimizer(device, parameters, config);
  const before = device.usedBytes;
  const optimizer = before - untrained;

  const windows = windowsOf(config, parts.train, STEPS_SEEN);
  const passes = largestPasses(windows.map((window) => planWindow(tuned, window, isNoisy(config))));
  for (const plan of passes) {
    const r = device.begin();
    const sums = device.alloc('f32', 2 * plan.groups[0]!.length);
    const gradientCheckpointing = config.gradient_checkpointing;
    const options = { gradScale: 1, dropout: { seed: 0, pass: 0 }, gradientCheckpointing };
    const mark = tuned.indices.mark();
    Array.from(trainWindow(r, tuned, plan, sums, options));
    tuned.indices.release(mark);
    device.submit(r);
    device.free(sums);
  }
  await score(tuned, sequencesOf(evaluated(config, parts.validation)));
  await answer(tuned, sampled(config, parts.validation), config.max_new_tokens);
  const training = device.peakBytes - before;
  const targets = Math.max(0, ...passes.map(targetsOf));
  const row = llama.vocabSize * 4;
  const logits = Math.min(training, row * Math.max(1, Math.min(targets, headRows(traits, llama.vocabSize))));
  const saving = Math.min(set + optimizer, SAVING_BYTES);
  const evaluation = await evaluationBytes(config, llama, modelDir, parts, traits, chat, tensors);
  const memory: MemoryParts = {
    weights: device.mappedBytes + held,
    trained: untrained - held - set,
    gradients: set,
    optimizer,
    activations: training - logits,
    logits,
    evaluation: Math.max(0, evaluation - (2 * set + optimizer + training + saving)),
    saving,
    runtime: runtimeBytes(llama, parts),
  };
  const peak = sum(Object.values<number>({ ...memory }));
  const tokens = Math.max(0, ...passes.map(tokensOf));
  return { parts: memory, peak, tokens };
}

/** The examples of a part that are evaluated. */
function evaluated<T>(config: ResolvedConfig, examples: readonly T[]): readonly T[] {
  return examples.slice(0, config.eval_examples ?? examples.length);
}

/** The questions that are asked while it trains; of texts of the configuration, as many tokens as they may have. */
function sampled(config: ResolvedConfig, validation: readonly TokenSequence[]): readonly TokenSequence[] {
  if (config.sample_prompts === null) return validation.slice(0, SAMPLES);
  return config.sample_prompts.map(({ length }) => ({
    ids: new Array<number>(Math.ceil(length / CHARACTERS_PER_TOKEN) + TEMPLATE_TOKENS).fill(0),
    trained: [],
  }));
}

/** What scoring general questions and answering those of the test part take beside the base model's weights, once training has given its memory back. */
async function evaluationBytes(
  config: ResolvedConfig,
  llama: LlamaConfig,
  modelDir: string,
  { test, general }: TokenisedParts,
  traits: DeviceTraits,
  chat: TuningTarget['chat'],
  tensors: WeightOptions['tensors'],
): Promise<number> {
  const device = new DryDevice(traits);
  const weights = new BaseWeights(device, modelDir, llama, { ...weightOptions(config), tensors });
  const held = device.usedBytes;
  const method = methodOf(config);
  const tuning = method.form === 'adapter' ? createTuning({ device, config: llama, weights, chat }, config) : undefined;
  for (const model of [new LlamaModel(device, llama, weights), new LlamaModel(device, llama, weights, tuning)]) {
    await score(model, general);
    await score(model, evaluated(config, test));
    await answer(model, evaluated(config, test), config.max_new_tokens);
  }
  // A model that was trained as a whole is read from its file, in fp32, beside the base model.
  const result = method.form === 'model' ? 4 * weights.parameters : 0;
  return device.peakBytes - held + result;
}

type Plan = PassPlan<TokenSequence>;

/** Of all passes, each with the prefix that is held for it: the one with most tokens, and the one with most trained tokens. */
function largestPasses(plans: readonly Plan[]): Plan[] {
  const passes = plans.flatMap(({ prefix, groups }) => groups.map((group) => ({ prefix, groups: [group] })));
  if (passes.length === 0) return [];
  return [largest(passes, tokensOf), largest(passes, targetsOf)];
}

function largest(passes: readonly Plan[], size: (pass: Plan) => number): Plan {
  return passes.reduce((best, pass) => (size(pass) > size(best) ? pass : best), passes[0]!);
}

/** Tokens whose activations are in memory at once. */
function tokensOf({ prefix: { length }, groups }: Plan): number {
  return length + sum(groups.flat().map(({ ids }) => ids.length - length));
}

function targetsOf({ groups }: Plan): number {
  return sum(groups.flat().map(countTargets));
}

/** The passes over the largest groups, without gradients. */
async function score(model: LlamaModel, examples: readonly TokenSequence[]): Promise<void> {
  for (const pass of largestPasses([planScoring(model, examples)])) await scorePasses(model, pass);
}

/** The first pass over the prompts that are longest together, and room for their answers. */
async function answer(model: LlamaModel, examples: readonly TokenSequence[], maxNewTokens: number): Promise<void> {
  const prompts = examples.map(promptLength);
  let most: number[] = [];
  for (let start = 0; start < prompts.length; start += QUESTIONS_AT_ONCE) {
    const group = prompts.slice(start, start + QUESTIONS_AT_ONCE);
    if (sum(group) > sum(most)) most = group;
  }
  if (most.length === 0) return;
  const before = virtualIds(model);
  const capacities = most.map((length) => before.length + length + maxNewTokens);
  const cache = new KvCache(model.device, model.config, sum(capacities));
  const parts = most.map((length, i) => ({
    sequence: cache.open(capacities[i]!)!,
    ids: [...before, ...new Array<number>(length).fill(0)],
  }));
  await cache.append(model, parts);
  model.ropeFor(Math.max(...capacities));
  cache.free();
}

/** Tokens before the last answer. */
function promptLength({ ids, trained }: TokenSequence): number {
  return Math.max(1, trained.at(-1)?.from ?? ids.length);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function runtimeBytes(llama: LlamaConfig, { train, validation, test, general }: TokenisedParts): number {
  const tokens = sum([train, validation, test, general].map((part) => sum(part.map(({ ids }) => ids.length))));
  return NODE_BYTES + llama.vocabSize * VOCABULARY_ENTRY_BYTES + tokens * TOKEN_BYTES;
}
