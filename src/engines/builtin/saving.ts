import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { explainWriteError, writeFolderAtomic } from '../../base/files';
import type { Device } from '../../compute/device';
import { writeCheckpoint, type TrainerState } from '../../train/checkpoint';
import type { Trainer } from '../../train/trainer';
import type { TrainingJob } from '../engine';

/** What training keeps on the disk: checkpoints and the best weights, and what it remembers beside them. */
export class Saving {
  /** The step of the last checkpoint that was written or read. */
  private savedStep: number | undefined;

  constructor(
    private readonly job: TrainingJob,
    private readonly device: Device,
    private readonly trainer: Trainer,
    private state: TrainerState,
  ) {
    this.savedStep = job.from;
  }

  /** The step of the best validation loss so far. */
  get bestStep(): number | undefined {
    return this.state.best?.step;
  }

  /** Whether the validation loss has not improved for as long as the configuration allows. */
  get outOfPatience(): boolean {
    const { early_stopping_patience: patience } = this.job.config;
    return patience !== null && this.state.evaluations_without_gain >= patience;
  }

  /** A checkpoint of this step, unless there is one. Nothing is saved before the first step. */
  async saveOnce(): Promise<void> {
    if (this.trainer.step > 0 && this.savedStep !== this.trainer.step) await this.save();
  }

  async save(): Promise<void> {
    const { job, device, trainer } = this;
    const { step } = trainer;
    job.report({ type: 'begins', what: 'saving' });
    const target = job.places.checkpoint(step);
    const state = { ...this.state, step };
    await this.makeCheckpoints();
    await writeFolderAtomic(target, (temporary) =>
      writeCheckpoint(device, trainer, state, job.config.model_name, temporary),
    );
    this.savedStep = step;
    job.report({ type: 'checkpoint', step, path: target });
  }

  /** Takes in a validation loss, and keeps the weights where it is the lowest so far. @returns whether it is */
  async evaluated(loss: number): Promise<boolean> {
    const { trainer } = this;
    // A loss that is no number is the best of nothing, and no JSON.
    const best = Number.isFinite(loss) && (this.state.best === null || loss < this.state.best.loss);
    this.state = {
      step: trainer.step,
      best: best ? { step: trainer.step, loss } : this.state.best,
      evaluations_without_gain: best ? 0 : this.state.evaluations_without_gain + 1,
    };
    if (best) {
      await this.makeCheckpoints();
      await writeFolderAtomic(this.job.places.best, (temporary) => this.writeWeights(temporary));
    }
    return best;
  }

  /** Not the folder above it: where that is gone somebody deleted the run, and nothing of it comes back. */
  private async makeCheckpoints(): Promise<void> {
    const checkpoints = path.dirname(this.job.places.best);
    await mkdir(checkpoints).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw explainWriteError(error, checkpoints);
    });
  }

  /** Makes the best weights those of the model. */
  restoreBest(): void {
    const { job, device, trainer } = this;
    trainer.tuning.read(device, job.places.best);
  }

  /** Writes the weights as they are into an empty folder. */
  writeWeights(folder: string): Promise<void> {
    return this.trainer.tuning.write(this.device, this.job.config.model_name, folder);
  }
}
