import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Device } from '../../compute/device';
import { formatError, SftError } from '../../base/errors';
import { writeFileAtomic, writeFolderAtomic } from '../../base/files';
import type { ModelSession } from '../../generate/session';
import type { LlamaModel } from '../../model/llama';
import { readTensors } from '../../model/parameter-file';
import { scoreExamples } from '../../model/score';
import { readCheckpoint, writeCheckpoint, type TrainerState } from '../../train/checkpoint';
import { Trainer } from '../../train/trainer';
import { RunArtifacts } from '../artifacts';
import { waitForTurn, type QueuedRun } from './device-queue';
import type { RunEvaluation } from '../folder/evaluation-schema';
import { evaluateRun } from './evaluate-run';
import { readEventsFrom } from '../folder/event-log';
import type { NewRunEvent, RunEvent } from '../folder/event-schema';
import { HealthWatch } from './health-watch';
import { limited, openBase, prepareData, trainableModel, type RunData } from './prepare';
import type { RunFolder } from '../folder/run-folder';
import type { Run } from '../folder/run-schema';
import type { ControlCommand } from '../folder/state-schema';

export interface WorkerOptions {
  /** Starts the device; where it cannot, the run has failed. */
  readonly openDevice: () => Promise<Device>;
  /** Go on from the last checkpoint where there is one. */
  readonly resume: boolean;
  /** Aborting asks the worker to save and stop, as control.json's `stop` does. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
  /** How far the evaluation is; each text takes the place of the one before. */
  readonly onProgress: (text: string) => void;
  /** What a person may want to know and no event says. */
  readonly onLog: (text: string) => void;
}

/** How often a worker that does not step looks for requests and says that it lives, in ms. */
const PULSE_MS = 200;

/**
 * Trains a run to its end: the one writer of its folder. Every way out is written down: done, stopped (after saving), failed.
 * @returns whether it was trained to the end
 * @throws SftError what ended the run, after recording it
 */
export async function work(folder: RunFolder, options: WorkerOptions): Promise<boolean> {
  const release = await folder.acquireLock();
  let worker: Worker | undefined;
  try {
    worker = new Worker(folder, await folder.readRun(), options);
    return await worker.run();
  } catch (error) {
    await recordFailure(folder, error, worker?.step ?? 0, options);
    throw error;
  } finally {
    await worker?.leaveQueue();
    folder.close();
    await release();
  }
}

async function recordFailure(folder: RunFolder, error: unknown, step: number, options: WorkerOptions): Promise<void> {
  const known = error instanceof SftError;
  const message = known ? formatError(error) : String(error);
  folder.log(known ? message : error instanceof Error ? (error.stack ?? message) : message);
  try {
    options.onEvent(folder.appendEvent({ type: 'failed', code: known ? error.code : 'bug', message, step }));
    await folder.writeState({ status: 'failed', message });
  } catch (second) {
    // The disk that failed the run may fail this as well: the first error is the one to report.
    options.onLog(`the failure could not be recorded: ${String(second)}`);
  }
}

class Worker {
  /** Updates done. */
  step = 0;
  private state: TrainerState = { step: 0, best: null, evaluations_without_gain: 0 };
  /** The step of the last checkpoint that this process wrote or read. */
  private savedStep: number | undefined;
  private giveDeviceBack: (() => Promise<void>) | undefined;
  private readonly stopped = new AbortController();
  /** As the last look at control.json found it. */
  private pauseAsked = false;
  private health: HealthWatch;
  private readonly artifacts: RunArtifacts;

  constructor(
    private readonly folder: RunFolder,
    private readonly description: Run,
    private readonly options: WorkerOptions,
  ) {
    this.health = new HealthWatch(description.config);
    this.artifacts = new RunArtifacts(folder.path, description.config);
  }

  private get config(): Run['config'] {
    return this.description.config;
  }

  async run(): Promise<boolean> {
    const { folder, options } = this;
    const onAbort = (): void => {
      this.stopped.abort();
    };
    options.signal.addEventListener('abort', onAbort);
    if (options.signal.aborted) onAbort();
    // What was asked of a worker that is gone is not asked of this one.
    await folder.clearControl(Date.now() - process.uptime() * 1000);
    await folder.writeState({ status: 'starting' });
    const begun = (await stat(folder.eventsFile).catch(() => undefined)) !== undefined;
    if (begun) {
      this.step = (await folder.readState()).step;
      this.health = new HealthWatch(this.config, (await readEventsFrom(folder.eventsFile, 0)).events);
    }
    let beat = Promise.resolve();
    const pulse = setInterval(() => {
      beat = this.pulse();
    }, PULSE_MS);
    try {
      return await this.work(begun ? Date.now() : Date.parse(this.description.created));
    } finally {
      clearInterval(pulse);
      // Whoever takes the run over next must be the last who writes its state.
      await beat;
      options.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Between steps, in an evaluation and in the queue: says that the worker lives, and hears that it is to stop or to pause. */
  private async pulse(): Promise<void> {
    // What cannot be written now fails, and is reported, when something is saved.
    await this.folder.heartbeat(this.step).catch(() => undefined);
    const command = await this.folder.readControl();
    if (command === 'stop') this.stopped.abort();
    this.pauseAsked = command === 'pause';
  }

  /** @param since when the run was asked for, ms */
  private async work(since: number): Promise<boolean> {
    const { folder, config, options } = this;
    const device = await options.openDevice();
    const session = await openBase(device, config);
    for (const notice of session.chat.notices) this.note(notice);
    const data = await prepareData(config, session);
    if (options.resume && data.sha256 !== this.description.dataset.sha256) {
      throw new SftError('dataset-changed', 'the dataset is not the one this run was started with', {
        file: config.dataset,
        remedy: 'start a new run, or put the former file back',
      });
    }
    // Only now: what is wrong with the data is said at once, however long the queue.
    if (!(await this.enterQueue(device, since))) {
      session.close();
      await this.recordStop();
      return false;
    }
    const model = trainableModel(session, config);
    const trainer = new Trainer(device, model, data.train, config);
    const resumedFrom = options.resume ? await this.restore(model, trainer) : undefined;
    this.emit({
      type: 'start',
      run: folder.path,
      device: device.description,
      total_steps: trainer.totalSteps,
      train_examples: data.train.length,
      validation_examples: data.validation.length,
      test_examples: data.test.length,
      parameters: session.weights.all().reduce((sum, tensor) => sum + tensor.data.length, 0),
      trainable_parameters: trainer.parameters.length,
      ...(resumedFrom === undefined ? {} : { resumed_from: resumedFrom }),
    });
    this.noteTruncation(data);
    await folder.writeState({ status: 'running', step: trainer.step, total_steps: trainer.totalSteps });
    const trained = await this.train(model, trainer, data);
    const finished = trained && (await this.finish(session, model, trainer, data));
    if (!finished) await this.recordStop();
    trainer.free();
    model.free();
    session.close();
    return finished;
  }

  /**
   * Waits for the device. Where the folder of the queue cannot be used, training goes on without one.
   * @returns whether the run has it; false where it is to stop
   */
  private async enterQueue(device: Device, since: number): Promise<boolean> {
    const { folder, description } = this;
    const options = {
      since,
      signal: this.stopped.signal,
      onWait: (ahead: readonly QueuedRun[]) => this.noteWait(ahead, device),
    };
    try {
      this.giveDeviceBack = await waitForTurn(device.kind, { run: folder.path, name: description.name }, options);
      return this.giveDeviceBack !== undefined;
    } catch (error) {
      if (!(error instanceof Error && (error instanceof SftError || 'syscall' in error))) throw error;
      const reason = error instanceof SftError ? formatError(error) : error.message;
      this.note(`this run does not wait for others on the device: ${reason}`);
      return true;
    }
  }

  private async noteWait(ahead: readonly QueuedRun[], { kind }: Device): Promise<void> {
    const [first, ...others] = ahead;
    if (first === undefined) return;
    const more = others.length === 0 ? '' : `, and for ${others.length} more before it`;
    const message = `waits for ${first.name} (${first.run}) on the ${kind} device${more}`;
    await this.folder.writeState({ status: 'queued', message });
    this.emit({ type: 'queued', message, waits_for: first.run, ahead: ahead.length });
  }

  /** Lets the next run have the device. */
  async leaveQueue(): Promise<void> {
    await this.giveDeviceBack?.();
    this.giveDeviceBack = undefined;
  }

  private async restore(model: LlamaModel, trainer: Trainer): Promise<number | undefined> {
    await this.artifacts.mend();
    const step = (await this.artifacts.steps()).at(-1);
    this.step = step ?? 0;
    if (step === undefined) return undefined;
    this.state = readCheckpoint(model.device, trainer, this.artifacts.checkpoint(step));
    this.savedStep = step;
    return step;
  }

  private async train(model: LlamaModel, trainer: Trainer, data: RunData): Promise<boolean> {
    const { eval_steps: evalSteps, save_steps: saveSteps } = this.config;
    while (trainer.step < trainer.totalSteps && !this.outOfPatience()) {
      if (await this.isToStop(model, trainer)) {
        await this.folder.writeState({ status: 'stopping', step: trainer.step });
        await this.saveOnce(model, trainer);
        return false;
      }
      const started = performance.now();
      const result = await trainer.trainStep();
      this.step = result.step;
      this.emit({
        type: 'step',
        ...result,
        tokens_per_second: (1000 * result.tokens) / (performance.now() - started),
        peak_memory: process.resourceUsage().maxRSS * 1024,
      });
      await this.folder.heartbeat(trainer.step);
      const last = trainer.step === trainer.totalSteps;
      if (data.validation.length > 0 && (last || (evalSteps !== null && trainer.step % evalSteps === 0))) {
        await this.evaluate(model, trainer, data);
      }
      if (saveSteps !== null && trainer.step % saveSteps === 0 && !last) await this.save(model, trainer);
    }
    if (this.outOfPatience()) {
      this.note(
        `stopping early: the validation loss has not improved in ${this.config.early_stopping_patience} evaluations`,
      );
    }
    // Saved before the result is evaluated: a kill during evaluation costs no step.
    await this.saveOnce(model, trainer);
    return true;
  }

  private outOfPatience(): boolean {
    const { early_stopping_patience: patience } = this.config;
    return patience !== null && this.state.evaluations_without_gain >= patience;
  }

  /**
   * Waits while paused: saved, so that a worker that is killed meanwhile loses nothing, and without the device, which others may use.
   * @returns whether to stop
   */
  private async isToStop(model: LlamaModel, trainer: Trainer): Promise<boolean> {
    const { folder, stopped } = this;
    if ((await this.request()) !== 'pause') return stopped.signal.aborted;
    await this.saveOnce(model, trainer);
    await this.leaveQueue();
    await folder.writeState({ status: 'paused', step: trainer.step });
    this.emit({ type: 'paused', step: trainer.step });
    while ((await this.request()) === 'pause') {
      await new Promise((resolve) => setTimeout(resolve, PULSE_MS));
    }
    if (stopped.signal.aborted) return true;
    await folder.clearControl();
    if (!(await this.enterQueue(model.device, Date.now()))) return true;
    await folder.writeState({ status: 'running', step: trainer.step });
    this.emit({ type: 'resumed', step: trainer.step });
    return false;
  }

  /** What the worker is asked to do now. */
  private async request(): Promise<ControlCommand | undefined> {
    const command = await this.folder.readControl();
    if (command === 'stop') this.stopped.abort();
    return this.stopped.signal.aborted ? 'stop' : command;
  }

  private async recordStop(): Promise<void> {
    const { folder, step, savedStep } = this;
    await folder.clearControl();
    this.emit({
      type: 'stopped',
      step,
      ...(savedStep === undefined ? {} : { checkpoint: this.artifacts.checkpoint(savedStep) }),
    });
    await folder.writeState({ status: 'stopped', step });
  }

  private async saveOnce(model: LlamaModel, trainer: Trainer): Promise<void> {
    if (trainer.step > 0 && this.savedStep !== trainer.step) await this.save(model, trainer);
  }

  private async save(model: LlamaModel, trainer: Trainer): Promise<void> {
    const target = this.artifacts.checkpoint(trainer.step);
    const state = { ...this.state, step: trainer.step };
    await writeFolderAtomic(target, (temporary) =>
      writeCheckpoint(model.device, trainer, state, this.config.model_name, temporary),
    );
    this.savedStep = trainer.step;
    this.emit({ type: 'checkpoint', step: trainer.step, path: target });
  }

  private async evaluate(model: LlamaModel, trainer: Trainer, data: RunData): Promise<void> {
    const examples = limited(data.validation, this.config);
    const { loss } = await scoreExamples(model, examples);
    const best = this.state.best === null || loss < this.state.best.loss;
    this.state = {
      step: trainer.step,
      best: best ? { step: trainer.step, loss } : this.state.best,
      evaluations_without_gain: best ? 0 : this.state.evaluations_without_gain + 1,
    };
    if (best) {
      await writeFolderAtomic(this.artifacts.best, (temporary) =>
        trainer.tuning.write(model.device, this.config.model_name, temporary),
      );
    }
    this.emit({ type: 'evaluation', step: trainer.step, loss, examples: examples.length, best });
  }

  /** Writes the result, evaluates it, says done. @returns false where it is to stop before that: resuming evaluates again */
  private async finish(session: ModelSession, model: LlamaModel, trainer: Trainer, data: RunData): Promise<boolean> {
    const { folder, config, options } = this;
    if (config.early_stopping_patience !== null && this.state.best !== null && this.state.best.step !== trainer.step) {
      const weights = path.join(this.artifacts.best, path.basename(this.artifacts.tuned.weights));
      readTensors(model.device, weights, trainer.parameters.all());
      this.note(`the result is from step ${this.state.best.step}, where the validation loss was lowest`);
    }
    const result = await this.writeResult(session, model);
    const examples = limited(data.test, config);
    let evaluation: RunEvaluation | null = null;
    if (examples.length > 0) {
      const { signal } = this.stopped;
      try {
        ({ evaluation } = await evaluateRun(this.artifacts, config, session, model, examples, {
          stemmer: false,
          signal,
          hold: async () => {
            if (this.pauseAsked) await this.isToStop(model, trainer);
          },
          onProgress: (name, done, total) => {
            const text = `the ${name} model answered ${done} of ${total} test questions`;
            options.onProgress(text);
            // Whoever follows the run sees no step any more. What cannot be written now fails when the evaluation is saved.
            void folder.heartbeat(trainer.step, text).catch(() => undefined);
          },
        }));
      } catch (error) {
        if (error !== signal.reason) throw error;
        return false;
      }
    }
    await folder.clearControl();
    this.emit({ type: 'done', step: trainer.step, adapter: result, evaluation: evaluation && { ...evaluation } });
    await folder.writeState({ status: 'done', step: trainer.step });
    return true;
  }

  /** An adapter folder, or after full fine-tuning a model folder: the weights with the base's configuration and tokenizer. */
  private async writeResult(session: ModelSession, model: LlamaModel): Promise<string> {
    const target = this.artifacts.result;
    await writeFolderAtomic(target, async (temporary) => {
      await model.tuning!.write(model.device, this.config.model_name, temporary);
      if (this.artifacts.form === 'adapter') return;
      for (const name of MODEL_FILES) {
        const content = readIfThere(path.join(session.modelDir, name));
        if (content !== undefined) await writeFileAtomic(path.join(temporary, name), content);
      }
    });
    return target;
  }

  private noteTruncation(data: RunData): void {
    const all = [...data.train, ...data.validation, ...data.test];
    const cut = all.filter((example) => example.truncatedTokens > 0);
    if (cut.length === 0) return;
    const lines = cut.slice(0, 5).map((example) => example.line);
    this.emit({
      type: 'warning',
      code: 'truncated',
      message: `${cut.length} of ${all.length} examples are longer than max_seq_length ${this.config.max_seq_length} and are cut (lines ${lines.join(', ')}${cut.length > 5 ? ', ...' : ''})`,
      remedy: 'raise max_seq_length, or shorten them',
    });
  }

  private note(text: string): void {
    this.emit({ type: 'warning', message: text });
  }

  private emit(event: NewRunEvent): void {
    const timed = { ...event, time: event.time ?? new Date().toISOString() } as RunEvent;
    const advice = this.health.add(timed);
    // `done` is the last word of a run: what there is to say comes before it.
    if (event.type === 'done') for (const warning of advice) this.write(warning);
    this.write(timed);
    if (event.type !== 'done') for (const warning of advice) this.write(warning);
  }

  private write(event: NewRunEvent): void {
    const written = this.folder.appendEvent(event);
    if (written.type !== 'step') this.folder.log(JSON.stringify(written));
    this.options.onEvent(written);
  }
}

/** What a model folder needs besides its weights. */
const MODEL_FILES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
];

function readIfThere(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
