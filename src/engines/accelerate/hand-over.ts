import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { explainWriteError, makeFolder, writeFileAtomic } from '../../base/files';
import { sequencesOf, countTargets } from '../../model/batch';
import { scheduleFactor, warmupLength } from '../../train/schedule';
import { mostSequences, type TrainingExample } from '../../train/trainer';
import { orderOf } from '../../train/windows';
import type { TrainingJob } from '../engine';
import type { EngineJob } from './contract';
import type { EngineFolder } from './engine-folder';

/** One update, as the events tell it. */
export interface PlannedStep {
  readonly learning_rate: number;
  readonly tokens: number;
  readonly trained_tokens: number;
  readonly epoch: number;
}

type Data = Pick<TrainingJob, 'config' | 'train' | 'validation'>;

/**
 * Writes the tokens, the order and the learning rates of a run.
 * @returns what the events tell of each step
 * @throws SftError disk-full, not-writable
 */
export async function handOver(folder: EngineFolder, data: Data, job: EngineJob): Promise<readonly PlannedStep[]> {
  await makeFolder(folder.root);
  const planned: PlannedStep[] = [];
  await writeLines(folder.sequences('train'), sequenceLines(data.train));
  await writeLines(folder.sequences('validation'), sequenceLines(data.validation));
  await writeLines(folder.steps, stepLines(data, planned));
  await writeFileAtomic(folder.job, `${JSON.stringify(job, null, 2)}\n`);
  return planned;
}

/** A line for each sequence of the examples. */
function* sequenceLines(examples: readonly TrainingExample[]): Generator<object> {
  for (const example of examples) {
    for (const { ids, trained } of sequencesOf([example])) {
      yield { ids: Array.from(ids), trained: trained.map(({ from, to }) => [from, to]), place: example.place };
    }
  }
}

/** A line for each update: its learning rate, the lines of its sequences, how many of their tokens are learnt, and its first draw of noise. */
function* stepLines({ config, train }: Data, planned: PlannedStep[]): Generator<object> {
  const order = orderOf(config, train.length);
  const total = order.totalSteps(config.max_steps, config.num_train_epochs);
  const warmup = warmupLength(total, config.warmup_steps, config.warmup_ratio);
  const firstLine = [0];
  for (const example of train) firstLine.push(firstLine.at(-1)! + sequencesOf([example]).length);
  const most = mostSequences(config, train);
  for (let step = 0; step < total; step++) {
    const window = order.window(step);
    const sequences = sequencesOf(window.map((index) => train[index]!));
    const targets = sequences.reduce((sum, sequence) => sum + countTargets(sequence), 0);
    const learning_rate = config.learning_rate * scheduleFactor(config.lr_scheduler_type, step, total, warmup);
    planned.push({
      learning_rate,
      tokens: sequences.reduce((sum, { ids }) => sum + ids.length, 0),
      trained_tokens: targets,
      epoch: order.epochAt(step + 1),
    });
    const lines = window.flatMap((index) => range(firstLine[index]!, firstLine[index + 1]!));
    yield { learning_rate, sequences: lines, targets, draw: step * most };
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** Python reads the file only after it is started, when it is whole. */
async function writeLines(file: string, lines: Generator<object>): Promise<void> {
  function* texts(): Generator<string> {
    for (const line of lines) yield `${JSON.stringify(line)}\n`;
  }
  try {
    await pipeline(Readable.from(texts()), createWriteStream(file));
  } catch (error) {
    throw explainWriteError(error, file);
  }
}
