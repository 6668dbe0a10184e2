import type { DeviceTraits } from '../../compute/traits';
import { answerQuestions } from '../../generate/answer';
import type { AnswerPace } from '../../generate/answer-pace';
import type { LlamaModel } from '../../model/llama';
import { sequencesOf } from '../../model/batch';
import { scoreExamples } from '../../model/score';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import type { TrainerState } from '../../train/checkpoint';
import type { Trainer } from '../../train/trainer';
import { updateSize, windowsOf, type UpdateSize } from '../../train/windows';
import type { Training, TrainingJob } from '../engine';
import { Saving } from './saving';

export interface BuiltinParts {
  readonly job: TrainingJob;
  readonly chat: ChatTokenizer;
  readonly model: LlamaModel;
  readonly trainer: Trainer;
  /** Of the checkpoint that the trainer was put back to. */
  readonly state: TrainerState;
  /** Weights of the model. */
  readonly parameters: number;
  readonly answerPace: AnswerPace | undefined;
  readonly close: () => void;
}

/** Updates whose work is counted: the others are like them. */
const STEPS_SEEN = 300;

/** The training loop: steps, validation and checkpoints, in this process. */
export class BuiltinTraining implements Training {
  readonly device: string;
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly totalSteps: number;
  readonly traits: DeviceTraits;
  readonly updateSize: UpdateSize;
  readonly answerPace: AnswerPace | undefined;
  private readonly free: () => void;
  private readonly job: TrainingJob;
  private readonly chat: ChatTokenizer;
  private readonly model: LlamaModel;
  private readonly trainer: Trainer;
  private readonly saving: Saving;

  constructor({ job, chat, model, trainer, state, parameters, answerPace, close }: BuiltinParts) {
    this.device = model.device.description;
    this.parameters = parameters;
    this.trainableParameters = trainer.parameters.length;
    this.totalSteps = trainer.totalSteps;
    this.traits = model.device.traits;
    this.updateSize = updateSize(model, windowsOf(job.config, job.train, STEPS_SEEN), job.config);
    this.answerPace = answerPace;
    this.free = close;
    this.job = job;
    this.chat = chat;
    this.model = model;
    this.trainer = trainer;
    this.saving = new Saving(job, model.device, trainer, state);
  }

  get step(): number {
    return this.trainer.step;
  }

  async run(halt: () => Promise<boolean>): Promise<'finished' | 'halted'> {
    const { job, trainer, saving } = this;
    // What the model answers before it learns is what the answers after it are held against.
    if (trainer.step === 0) await this.sample();
    while (trainer.step < trainer.totalSteps && !saving.outOfPatience) {
      if (await halt()) {
        await saving.saveOnce();
        return 'halted';
      }
      await this.trainStep();
    }
    if (saving.outOfPatience) {
      const patience = job.config.early_stopping_patience;
      const message = `stopping early: the validation loss has not improved in ${patience} evaluations`;
      job.report({ type: 'warning', message });
    }
    // Saved before the result is evaluated: a kill during evaluation costs no step.
    await saving.saveOnce();
    return 'finished';
  }

  async writeResult(folder: string): Promise<void> {
    const { job, trainer, saving } = this;
    const { bestStep } = saving;
    if (job.config.early_stopping_patience !== null && bestStep !== undefined && bestStep !== trainer.step) {
      saving.restoreBest();
      const message = `the result is from step ${bestStep}, where the validation loss was lowest`;
      job.report({ type: 'warning', message });
    }
    await saving.writeWeights(folder);
  }

  close(): Promise<void> {
    this.free();
    return Promise.resolve();
  }

  private async trainStep(): Promise<void> {
    const { job, trainer, saving } = this;
    const { eval_steps: evalSteps, save_steps: saveSteps } = job.config;
    const started = performance.now();
    const result = await trainer.trainStep();
    job.report({
      type: 'step',
      ...result,
      tokens_per_second: (1000 * result.tokens) / (performance.now() - started),
      peak_memory: process.resourceUsage().maxRSS * 1024,
    });
    const last = trainer.step === trainer.totalSteps;
    if (last || (evalSteps !== null && trainer.step % evalSteps === 0)) {
      if (job.validation.length > 0) await this.validate();
      await this.sample();
    }
    if (saveSteps !== null && trainer.step % saveSteps === 0 && !last) await saving.save();
  }

  /** Answers the sample prompts, greedily: training draws nothing from chance for it. */
  private async sample(): Promise<void> {
    const { job, trainer, model, chat } = this;
    const { samples, halt: signal, config } = job;
    if (samples.length === 0) return;
    job.report({ type: 'begins', what: 'sampling' });
    try {
      const given = await answerQuestions(model, chat, samples, { maxNewTokens: config.max_new_tokens, signal });
      const answers = samples.map(({ question, reference }, at) => ({
        question,
        ...given[at]!,
        ...(reference === undefined ? {} : { reference }),
      }));
      job.report({ type: 'samples', step: trainer.step, answers });
    } catch (error) {
      if (error !== signal.reason) throw error;
    }
  }

  private async validate(): Promise<void> {
    const { job, trainer, model } = this;
    job.report({ type: 'begins', what: 'validating' });
    const { loss } = await scoreExamples(model, sequencesOf(job.validation));
    const best = await this.saving.evaluated(loss);
    job.report({ type: 'evaluation', step: trainer.step, loss, examples: job.validation.length, best });
  }
}
