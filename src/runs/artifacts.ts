import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { recoverFolder } from '../base/files';
import type { Config, ResolvedConfig } from '../config/config-schema';
import type { TunedForm } from '../tuning/method';
import { methodOf } from '../tuning/registry';
import type { ExampleLoss, Prediction, RunEvaluation } from './folder/evaluation-schema';
import { EVALUATION_FILE, LOSS_LINE, PREDICTION_LINE } from './folder/run-files';
import type { RunStatus } from './folder/state-schema';

/** Weights that a run has trained. */
export interface Trained {
  /** `tuned` is the result, `best` the checkpoint with the lowest validation loss, `step-40` the checkpoint after 40 updates. */
  readonly id: string;
  readonly form: TunedForm;
  readonly folder: string;
  /** The file of the weights in the folder. */
  readonly weights: string;
}

const CHECKPOINT = /^(?:step-\d+|best)$/;

/**
 * What a run produces, and where it lies. Whoever loads, shows or continues a run asks here and looks neither at training_type nor for
 * folders. Reads only, but for `mend`.
 */
export class RunArtifacts {
  readonly form: TunedForm;
  private readonly weightsFile: string;
  /** The folder of the result, whether it is there yet or not. */
  readonly result: string;
  /** The folder that holds a folder for each checkpoint. */
  readonly checkpoints: string;
  readonly evaluationFile: string;
  readonly predictionsFile: string;
  readonly lossesFile: string;

  /** @param runFolder absolute */
  constructor(runFolder: string, config: Pick<ResolvedConfig, 'training_type'>) {
    const method = methodOf(config);
    this.form = method.form;
    this.weightsFile = method.weightsFile;
    this.result = path.join(runFolder, this.form);
    this.checkpoints = path.join(runFolder, 'checkpoints');
    this.evaluationFile = path.join(runFolder, 'evaluation.json');
    this.predictionsFile = path.join(runFolder, 'predictions.jsonl');
    this.lossesFile = path.join(runFolder, 'losses.jsonl');
  }

  /** The folder of the checkpoint after `step` updates. */
  checkpoint(step: number): string {
    return path.join(this.checkpoints, `step-${step}`);
  }

  /** The folder of the best weights so far by validation loss; weights only. */
  get best(): string {
    return path.join(this.checkpoints, 'best');
  }

  /** The steps that have a whole checkpoint, ascending. */
  async steps(): Promise<number[]> {
    const names = await this.checkpointNames();
    return names.filter((name) => name !== 'best').map(stepOf);
  }

  /** The weights that can be loaded now: the result of a run that is done, then best, then the checkpoints, the latest first. */
  async trained(status: RunStatus): Promise<Trained[]> {
    return [...(status === 'done' ? [this.tuned] : []), ...(await this.checkpointList())];
  }

  /** Best, then the checkpoints, the latest first. */
  async checkpointList(): Promise<Trained[]> {
    const names = (await this.checkpointNames()).toReversed();
    return names.map((name) => this.at(name, path.join(this.checkpoints, name)));
  }

  /** The result, whether it is there yet or not. */
  get tuned(): Trained {
    return this.at('tuned', this.result);
  }

  /**
   * What to change in the run's configuration to train on from weights of the run.
   * @param folder `result` or a checkpoint
   * @returns undefined where the folder alone is not enough: a checkpoint of all weights has no tokenizer
   */
  continueFrom(folder: string): Partial<Config> | undefined {
    if (this.form === 'adapter') return { adapter: folder };
    return folder === this.result ? { model_name: folder } : undefined;
  }

  /** @throws SftError `unreadable` where there is no evaluation, or it is damaged */
  readEvaluation(): Promise<RunEvaluation> {
    return EVALUATION_FILE.read(this.evaluationFile);
  }

  /**
   * The answers that the evaluation was made from.
   * @throws SftError `unreadable` where a line is damaged; what the system says where the file cannot be read
   */
  async readPredictions(): Promise<Prediction[]> {
    const lines = (await readFile(this.predictionsFile, 'utf8')).split('\n');
    return lines.flatMap((line, at) =>
      line === '' ? [] : [PREDICTION_LINE.parse(line, this.predictionsFile, at + 1)],
    );
  }

  /**
   * The losses of the examples, as they stand in the data.
   * @throws SftError `unreadable` where a line is damaged; what the system says where the file cannot be read
   */
  async readLosses(): Promise<ExampleLoss[]> {
    const lines = (await readFile(this.lossesFile, 'utf8')).split('\n');
    return lines.flatMap((line, at) => (line === '' ? [] : [LOSS_LINE.parse(line, this.lossesFile, at + 1)]));
  }

  /** Puts right what a killed writer left among the checkpoints. Harmless beside a living one. */
  async mend(): Promise<void> {
    const names = await readdir(this.checkpoints).catch(() => []);
    const targets = new Set(names.flatMap((name) => /^(step-\d+|best)(?:\.|$)/.exec(name)?.[1] ?? []));
    for (const name of targets) await recoverFolder(path.join(this.checkpoints, name));
  }

  private at(id: string, folder: string): Trained {
    return { id, form: this.form, folder, weights: path.join(folder, this.weightsFile) };
  }

  /** In the order of their steps, best last. */
  private async checkpointNames(): Promise<string[]> {
    const names = await readdir(this.checkpoints).catch(() => []);
    return names.filter((name) => CHECKPOINT.test(name)).sort((a, b) => stepOf(a) - stepOf(b));
  }
}

function stepOf(name: string): number {
  return name === 'best' ? Infinity : Number(name.slice('step-'.length));
}
