import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readSafetensorsHeader } from '../../src/base/safetensors';
import { foldEvents } from '../../src/runs/curves';
import type { Prediction, RunEvaluation } from '../../src/runs/folder/evaluation-schema';
import { readRun } from '../../src/runs/read-runs';
import { DATA, MODEL } from '../cli/sft';

/** Set where there is a Python with PyTorch, PEFT and accelerate; says why these tests are left out where there is none. */
export const NO_PYTHON =
  process.env['SFT_PYTHON'] === undefined
    ? 'SFT_PYTHON names no Python with PyTorch, PEFT and accelerate; npm run test:python makes one'
    : false;

/** Ends a test that hangs. It starts Python a few times, in a few processes: that takes seconds, on a machine with other work minutes. */
export const TIMEOUT = 3_600_000;

/** A configuration of short examples on both engines, 60 steps in a few seconds of computing. */
export function shortConfig(folder: string, name: string, values: Readonly<Record<string, unknown>> = {}): string {
  const all = JSON.parse(readFileSync(DATA, 'utf8')) as { question: string; answer: string }[];
  const short = all.slice(0, 40).map(({ question, answer }) => ({
    question,
    answer: answer.split(' ').slice(0, 12).join(' '),
  }));
  writeFileSync(path.join(folder, 'short.json'), JSON.stringify(short));
  const config = {
    model_name: MODEL,
    dataset: 'short.json',
    max_steps: 60,
    learning_rate: 1e-3,
    per_device_batch_size: 2,
    gradient_accumulation_steps: 2,
    eval_steps: 30,
    save_steps: 30,
    max_new_tokens: 8,
    loss_examples: 5,
    retention: false,
    sample_prompts: ['How do I renew my passport?'],
    threads: 1,
    output_dir: path.join(folder, 'runs'),
    ...values,
  };
  const file = path.join(folder, `${name}.config.json`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Writes the facts of the machine for the configurations of a folder. */
export function useMachine(folder: string, facts: object): void {
  mkdirSync(path.join(folder, '.sft'), { recursive: true });
  writeFileSync(path.join(folder, '.sft', 'machine.json'), JSON.stringify(facts));
}

/** A new folder, for configurations of a machine with such facts: whatever becomes of a test, others do not find them. */
export function machineFolder(parent: string, facts: object): string {
  const folder = mkdtempSync(path.join(parent, 'machine-'));
  useMachine(folder, facts);
  return folder;
}

/** What a run came to. */
export interface Outcome {
  readonly name: string;
  readonly device: string;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly evaluations: readonly number[];
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly predictions: readonly Prediction[];
  readonly evaluation: RunEvaluation;
  readonly samples: readonly unknown[];
}

export async function outcomeOf(run: string): Promise<Outcome> {
  const { folder, artifacts } = await readRun(run);
  const events = await folder.readEvents();
  const { steps, evaluations } = foldEvents(events);
  return {
    name: path.basename(run),
    device: events.flatMap((event) => (event.type === 'start' ? [event.device] : [])).join(),
    steps: steps.step.length,
    losses: [...steps.loss],
    norms: [...steps.grad_norm],
    evaluations: evaluations.map(({ loss }) => loss),
    weights: readWeights(artifacts.tuned.weights),
    predictions: await artifacts.readPredictions(),
    evaluation: await artifacts.readEvaluation(),
    samples: events.flatMap((event) => (event.type === 'samples' ? event.answers : [])),
  };
}

function readWeights(file: string): ReadonlyMap<string, Float32Array> {
  const bytes = readFileSync(file);
  return new Map(
    [...readSafetensorsHeader(file).tensors.values()].map(({ name, byteOffset, byteLength }) => [
      name,
      new Float32Array(new Uint8Array(bytes.subarray(byteOffset, byteOffset + byteLength)).buffer),
    ]),
  );
}

/** The largest difference of two lists of numbers; Infinity where one is longer. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
