import { stat } from 'node:fs/promises';
import { partOf } from '../../base/count-of';
import { collectGarbage } from '../../base/collect-garbage';
import { formatError, SftError } from '../../base/errors';
import type { RunPlace, Training, TrainingEvent } from '../../engines/engine';
import { engineOf } from '../../engines/registry';
import { RunArtifacts } from '../artifacts';
import { Forecast, type Doing } from '../forecast/forecast';
import { planOf } from '../forecast/plan';
import { sampleSizes } from '../forecast/sample-sizes';
import type { RunFolder } from '../folder/run-folder';
import type { Run } from '../folder/run-schema';
import { headline } from '../../text/rouge/headline';
import { durationText } from '../progress';
import { findDevice } from '../run-device';
import { numberedName } from '../run-number';
import { damagedCheckpoint } from './damaged-checkpoint';
import { dataWarnings } from './data-warnings';
import { lossExamples } from './example-losses';
import { Journal } from './journal';
import { limited, prepareRun, type PreparedRun } from './prepare';
import { refuseUnsupported } from './refuse';
import { Requests } from './requests';
import { evaluateResult, writeResult, type Evaluated } from './result';
import { sampleQuestions } from './samples';
import { Turn } from './turn';
import type { WorkerOptions } from './worker-options';

/** How often a worker looks for requests and says that it lives, in ms. */
const PULSE_MS = 200;

const ACTIVITIES = {
  validating: 'measuring the validation loss',
  sampling: 'answering the sample prompts',
  saving: 'saving',
  evaluating: 'evaluating',
  scoring: 'measuring the loss of each example',
} as const;

/**
 * What a worker does with a run: it reads model and data, waits for its turn, and only then loads weights and trains. In a pause it has
 * saved and given device and weights back; then it waits for its turn again.
 */
export class RunWork {
  /** Updates done. */
  step = 0;
  /** The folder of the last checkpoint that this process wrote or read. */
  private checkpoint: string | undefined;
  private turn: Turn | undefined;
  /** Whether this process has had the device before. */
  private goesOn = false;
  private forecast: Forecast | undefined;
  /** What is done besides stepping, for a person. */
  private activity: string | undefined;
  /** Whether it is this run's turn and it is not paused. */
  private computes = false;
  /** Whether the result is on the disk. */
  private trained = false;
  /** Kept over pauses in the evaluation. */
  private readonly answered = { base: [], tuned: [] };
  private readonly artifacts: RunArtifacts;
  private readonly requests: Requests;

  private constructor(
    private readonly folder: RunFolder,
    private readonly run: Run,
    private readonly options: WorkerOptions,
    private readonly journal: Journal,
    /** Whether the run has been worked on before. */
    private readonly begun: boolean,
    /** Seconds of the steps that were done then. */
    private readonly earlier: readonly number[],
  ) {
    this.artifacts = new RunArtifacts(folder.path, run.config);
    this.requests = new Requests(folder, options.signal);
  }

  /** Takes a run over. This process holds its lock. */
  static async begin(folder: RunFolder, run: Run, options: WorkerOptions): Promise<RunWork> {
    // What was asked of a worker that is gone is not asked of this one.
    await folder.clearControl(Date.now() - process.uptime() * 1000);
    await folder.writeState({ status: 'starting' });
    const begun = (await stat(folder.eventsFile).catch(() => undefined)) !== undefined;
    const past = begun ? await folder.readEvents() : [];
    const journal = new Journal(folder, run.config, past, options.onEvent);
    const earlier = past.flatMap((event) =>
      event.type === 'step' && event.tokens_per_second > 0 ? [event.tokens / event.tokens_per_second] : [],
    );
    const work = new RunWork(folder, run, options, journal, begun, earlier);
    if (begun) work.step = (await folder.readState()).step;
    return work;
  }

  /** @returns whether the run is done; false where it was stopped, after saving */
  async toItsEnd(): Promise<boolean> {
    let beat = Promise.resolve();
    const pulse = setInterval(() => {
      beat = this.pulse();
    }, PULSE_MS);
    try {
      return await this.inTurns(this.begun ? Date.now() : Date.parse(this.run.created));
    } finally {
      clearInterval(pulse);
      // Whoever takes the run over next must be the last who writes its state.
      await beat;
      this.requests.close();
      await this.turn?.giveBack();
    }
  }

  /** @param since when the run was asked for, ms */
  private async inTurns(since: number): Promise<boolean> {
    const { folder, run, options, journal, requests } = this;
    const device = await findDevice(this.place, options.device);
    refuseUnsupported(folder.runFile, run, device);
    const { id, traits } = device;
    // What is wrong with the data is said at once, however long the queue.
    await this.prepareFor('reading the data');
    const prepared = await prepareRun(run, this.begun, traits);
    for (const notice of prepared.notices) journal.note(notice);
    const turn = new Turn(folder, numberedName(run.number, run.name), id, requests.stop, journal);
    this.turn = turn;
    while (await turn.take(since)) {
      if (await this.useTurn(prepared)) return true;
      await turn.giveBack();
      if (!(await this.pause())) break;
      since = Date.now();
    }
    await this.recordStop();
    return false;
  }

  /** Where the run lies, for its engine. */
  private get place(): RunPlace {
    const { config, config_file: configFile } = this.run;
    return { config, run: this.folder.path, configFile };
  }

  /** @returns false where it is to pause or to stop; device and weights are given back then */
  private async useTurn(prepared: PreparedRun): Promise<boolean> {
    this.computes = true;
    try {
      if (this.trained) await this.resume();
      else if (!(await this.train(prepared))) return false;
      return await this.finish(prepared);
    } finally {
      this.computes = false;
      this.activity = undefined;
    }
  }

  private async train(prepared: PreparedRun): Promise<boolean> {
    const { model, data } = prepared;
    const { folder, artifacts, options, requests } = this;
    const { config } = this.run;
    await artifacts.mend();
    const steps = options.resume || this.goesOn ? await artifacts.steps() : [];
    const from = steps.at(-1);
    const samples = sampleQuestions(config, data.validation);
    const questions = data.test.length > 0 ? limited(data.test, config) : samples;
    await this.prepareFor('reading the weights');
    const opening = engineOf(config).open({
      ...this.place,
      model,
      train: data.train,
      validation: limited(data.validation, config),
      samples,
      halt: requests.halt,
      places: artifacts,
      ...(this.forecast === undefined ? { questions } : {}),
      from,
      openDevice: () => options.device.open(),
      report: (event) => {
        this.take(event);
      },
    });
    const training = await opening.catch((error: unknown) => {
      throw from === undefined ? error : damagedCheckpoint(error, artifacts.checkpoint(from), steps.at(-2));
    });
    try {
      this.checkpoint = from === undefined ? undefined : artifacts.checkpoint(from);
      await this.announce(training, from, prepared);
      const outcome = await training.run(async () => {
        const asked = await requests.look();
        if (asked === 'stop') await folder.writeState({ status: 'stopping', step: training.step });
        // Before the next step takes this thread: readers are to be a second behind at most.
        else await this.beat();
        return asked !== undefined;
      });
      if (outcome === 'halted') return false;
      this.begin('saving');
      await writeResult(artifacts, training, model);
    } finally {
      await training.close();
    }
    this.trained = true;
    return true;
  }

  /** Says that training begins or goes on. */
  private async announce(training: Training, from: number | undefined, { model, data }: PreparedRun): Promise<void> {
    const { folder, journal } = this;
    const { step, totalSteps } = training;
    this.activity = undefined;
    // Where a checkpoint was removed during a pause it goes on from an earlier one: readers of the curves must know.
    const wherePaused = this.goesOn && step === this.step;
    this.step = step;
    this.forecast ??= new Forecast(
      planOf(this.run.config, {
        model: model.config,
        traits: training.traits,
        totalSteps,
        step,
        updateWork: training.updateSize.work,
        trainedWeights: training.trainableParameters,
        answerPace: training.answerPace,
        samples: sampleSizes(this.run.config, model.chat, data),
        validation: data.validation,
        test: data.test,
        losses: lossExamples(data, this.run.config).map(({ example }) => example),
        general: data.general,
      }),
      this.earlier,
    );
    this.forecast.begin('training');
    if (wherePaused) {
      await this.resume();
      return;
    }
    journal.emit({
      type: 'start',
      run: folder.path,
      device: training.device,
      total_steps: totalSteps,
      train_examples: data.train.length,
      validation_examples: data.validation.length,
      test_examples: data.test.length,
      parameters: training.parameters,
      trainable_parameters: training.trainableParameters,
      shared_tokens: training.updateSize.sharedTokens,
      ...(from === undefined ? {} : { resumed_from: from }),
    });
    for (const warning of dataWarnings(data, this.run.config, totalSteps)) journal.emit(warning);
    await folder.writeState({ status: 'running', step, total_steps: totalSteps });
  }

  private async resume(): Promise<void> {
    await this.folder.writeState({ status: 'running', step: this.step });
    this.journal.emit({ type: 'resumed', step: this.step });
  }

  private take(event: TrainingEvent): void {
    const { forecast } = this;
    if (event.type === 'begins') {
      this.begin(event.what);
      return;
    }
    if (event.type === 'step') {
      this.step = event.step;
      forecast?.stepped(event.step);
    } else if (event.type === 'evaluation') {
      forecast?.validated();
    } else if (event.type === 'samples') {
      forecast?.sampled();
    } else if (event.type === 'checkpoint') {
      this.checkpoint = event.path;
      forecast?.saved();
    }
    this.activity = undefined;
    const left = forecast?.left();
    this.journal.emit(event.type === 'step' && left !== undefined ? { ...event, seconds_left: left } : event);
  }

  /** Says what is done before the first step, or before the next one after a pause. */
  private async prepareFor(message: string): Promise<void> {
    this.options.onProgress(message);
    this.activity = message;
    await this.folder.writeState({ status: 'starting', step: this.step, message });
  }

  /** Something begins that takes a while and is not told by steps. */
  private begin(what: Exclude<Doing, 'training'>): void {
    this.forecast?.begin(what);
    this.tell(ACTIVITIES[what]);
  }

  private tell(activity: string): void {
    this.activity = activity;
    const left = this.forecast?.left();
    this.options.onProgress(left === undefined ? activity : `${activity}, ${durationText(left)} left`);
  }

  /** Says that the worker lives, how far it is, what it does and how long it will take. */
  private beat(): Promise<void> {
    const left = this.forecast?.left();
    // Whoever waits has a message of another kind.
    const message = this.computes ? { message: this.activity } : {};
    const beat = { step: this.step, ...message, ...(left === undefined ? {} : { seconds_left: left }) };
    // What cannot be written now fails, and is reported, when something is saved.
    return this.folder.heartbeat(beat).catch(() => undefined);
  }

  /** Evaluates the result, says done. @returns false where it is to pause or to stop before that */
  private async finish(prepared: PreparedRun): Promise<boolean> {
    const { folder, artifacts, options, step } = this;
    const signal = this.requests.halt;
    const before = { base: this.answered.base.length, tuned: this.answered.tuned.length };
    let evaluated: Evaluated = { evaluation: null, retention: null };
    const { test, general } = prepared.data;
    if (test.length + general.length > 0) this.begin('evaluating');
    if (test.length === 0 && general.length > 0) this.tell('measuring the loss on general questions');
    try {
      evaluated = await evaluateResult(artifacts, this.place, prepared, () => options.device.open(), {
        signal,
        answered: this.answered,
        onLosses: (done, total) => {
          if (done === 0) this.forecast?.begin('scoring');
          this.tell(`measuring the loss of each example: ${partOf(done, total, 'example')}`);
        },
        onProgress: (name, done, total) => {
          this.forecast?.answered(name, done - before[name], done);
          this.tell(`evaluating the ${name} model: ${partOf(done, total, 'question')}`);
          void this.beat();
        },
      });
    } catch (error) {
      if (error === signal.reason) return false;
      if (!(error instanceof SftError) || error.code !== 'model-changed') throw error;
      // What was trained is saved: only the comparison with the base model is missing.
      this.journal.note(`the result was not evaluated: ${formatError(error)}; run sft evaluate later`);
    }
    await folder.clearControl();
    const { evaluation, retention } = evaluated;
    if (retention !== null) this.journal.emit({ type: 'retention', step, ...retention });
    this.journal.emit({ type: 'done', step, adapter: artifacts.result, evaluation: evaluation && { ...evaluation } });
    if (evaluation !== null) folder.log(headline(evaluation));
    await folder.writeState({ status: 'done', step });
    return true;
  }

  /** Waits while paused: all is saved, and others may use the device. @returns false where the run is to stop */
  private async pause(): Promise<boolean> {
    const { folder, journal, requests, step } = this;
    this.goesOn = true;
    if ((await requests.look()) === 'pause') {
      // Copies on their way to the disk are as large as the weights.
      collectGarbage();
      const left = this.forecast?.left();
      await folder.writeState({ status: 'paused', step, ...(left === undefined ? {} : { seconds_left: left }) });
      journal.emit({ type: 'paused', step });
      while ((await requests.look()) === 'pause') await new Promise((resolve) => setTimeout(resolve, PULSE_MS));
    }
    if (requests.stop.aborted) return false;
    await requests.goOn();
    return true;
  }

  private async recordStop(): Promise<void> {
    const { folder, requests, step, checkpoint } = this;
    // Nothing is left to say of a run that is gone.
    await requests.look();
    await folder.clearControl();
    this.journal.emit({ type: 'stopped', step, ...(checkpoint === undefined ? {} : { checkpoint }) });
    await folder.writeState({ status: 'stopped', step });
  }

  /** Says that the worker lives, and hears that it is to stop or to pause, whatever it is doing. */
  private async pulse(): Promise<void> {
    await this.beat();
    // That the run is gone is heard by whoever waits, and told by whoever works.
    await this.requests.look().catch(() => undefined);
  }
}
