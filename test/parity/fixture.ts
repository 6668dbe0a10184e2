import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Span } from '../../src/base/spans';
import type { TokenSequence } from '../../src/model/batch';

/** The tiny models of test/reference/models.py; test/reference/README.md says what each folder holds. */
const REFERENCE_FOLDER = path.resolve('test/reference');

export interface ParityExample {
  /** Token ids, [T]. */
  readonly ids: readonly number[];
  /** [T], 1 where the token is trained. Position 0 is never trained, whatever is written there. */
  readonly mask: readonly (0 | 1)[];
}

/** An example as a model takes it. */
export function sequenceOf({ ids, mask }: ParityExample): TokenSequence {
  const trained: Span[] = [];
  for (let from = mask.indexOf(1); from !== -1; from = mask.indexOf(1, trained.at(-1)!.to)) {
    const end = mask.indexOf(0, from);
    trained.push({ from, to: end === -1 ? mask.length : end });
  }
  return { ids, trained };
}

export interface ParityContinuation {
  /** New token ids without the stop token. */
  readonly token_ids: readonly number[];
  readonly stop: 'eos' | 'length';
  /** Smallest distance between the best and the second-best logit over the choices made. */
  readonly smallest_margin: number;
}

export interface ParityScores {
  /** For each example, the sum of the negative log likelihood over its trained tokens, in nats. */
  readonly nll: readonly number[];
  /** Logits of the last three positions of one example, [3, vocabulary]. */
  readonly logits: { readonly example: number; readonly last_positions: readonly (readonly number[])[] };
  /** Greedy continuations, one for each of `prompts`. */
  readonly greedy: readonly ParityContinuation[];
}

export interface ParityTrainingSettings {
  readonly max_steps: number;
  readonly warmup_steps: number;
  readonly learning_rate: number;
  readonly weight_decay: number;
  readonly max_grad_norm: number;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  readonly lr_scheduler_type: 'linear';
}

export interface ParityStep {
  /** NLL over trained tokens, both summed over the accumulation window, before the update. */
  readonly loss: number;
  /** Global norm before clipping. */
  readonly grad_norm: number;
  /** The rate this update was made with. */
  readonly learning_rate: number;
  readonly trained: number;
}

export interface ParityTraining {
  readonly settings: ParityTrainingSettings;
  /** [step][batch of the accumulation window][example index]. */
  readonly order: readonly (readonly (readonly number[])[])[];
  readonly steps: readonly ParityStep[];
  /** Full fine-tuning only: names of the weights that are trained but not decayed. */
  readonly not_decayed?: readonly string[];
  /** Largest difference of a trained weight from runs in fp64, without clipping, and without weight decay. */
  readonly distances: { readonly fp64: number; readonly without_clipping: number; readonly without_decay: number };
}

export interface ParityFixture {
  /** The name of the folder: llama2, qwen3, ... */
  readonly name: string;
  /** Absolute folders and files beside expected.json. */
  readonly model: string;
  readonly adapter: string;
  readonly adapterStart: string;
  readonly adapterEnd: string;
  /** Only where `full_training` is there: the safetensors file after it. */
  readonly fullEnd: string | undefined;
  readonly expected: ParityExpected;
}

export interface ParityExpected {
  readonly examples: readonly ParityExample[];
  /** Number of trained tokens of each example. */
  readonly trained: readonly number[];
  readonly base: ParityScores;
  readonly adapter: ParityScores;
  readonly prompts: readonly (readonly number[])[];
  readonly eos_token_ids: readonly number[];
  /** From `adapterStart` to `adapterEnd`. */
  readonly adapter_training: ParityTraining;
  /** From the model's own weights to `fullEnd`. */
  readonly full_training?: ParityTraining;
}

/** Names of all fixtures, sorted. */
export function fixtureNames(): string[] {
  return readdirSync(path.join(REFERENCE_FOLDER, 'models')).sort();
}

/** One fixture by the name of its folder. Throws where there is none. */
export function loadFixture(name: string): ParityFixture {
  const model = path.join(REFERENCE_FOLDER, 'models', name);
  const expected = JSON.parse(readFileSync(path.join(model, 'expected.json'), 'utf8')) as ParityExpected;
  return {
    name,
    model,
    adapter: path.join(model, 'adapter'),
    adapterStart: path.join(model, 'adapter_start'),
    adapterEnd: path.join(model, 'adapter_end'),
    fullEnd: expected.full_training === undefined ? undefined : path.join(model, 'full_end', 'model.safetensors'),
    expected,
  };
}
