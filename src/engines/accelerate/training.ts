import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceTraits } from '../../compute/traits';
import { readTrainerState } from '../../train/checkpoint';
import { ADAPTER_CONFIG } from '../../tuning/adapter-config';
import { methodOf } from '../../tuning/registry';
import type { UpdateSize } from '../../train/windows';
import type { Training, TrainingEvent, TrainingJob } from '../engine';
import type { EngineEvent } from './contract';
import type { EngineFolder, Rank } from './engine-folder';
import type { EventTail } from './event-tail';
import { failureOf, type End } from './failure';
import type { PlannedStep } from './hand-over';
import { removeNodeScript } from './node-script';
import type { Processes } from './processes';
import { SilenceWatch } from './silence';
import type { Sizes } from './start';

/** Between two looks at what Python says, in ms. */
const LOOK_MS = 100;
/** So long the others may take to save and end once one of them has died, in ms. */
const GRACE_MS = 4000;

export interface AccelerateParts {
  readonly job: TrainingJob;
  readonly folder: EngineFolder;
  readonly tail: EventTail;
  readonly processes: Processes;
  readonly planned: readonly PlannedStep[];
  readonly sizes: Sizes;
  readonly traits: DeviceTraits;
}

/** Training in processes of Python, followed by the events that they write. */
export class AccelerateTraining implements Training {
  device = 'accelerate';
  step: number;
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly totalSteps: number;
  readonly traits: DeviceTraits;
  readonly updateSize: UpdateSize;
  readonly answerPace = undefined;
  private readonly silence: SilenceWatch;
  private ready = false;
  private outcome: 'finished' | 'halted' | undefined;
  private died: Rank | undefined;

  constructor(private readonly parts: AccelerateParts) {
    const { job, planned, sizes, traits } = parts;
    this.step = job.from ?? 0;
    this.parameters = sizes.parameters;
    this.trainableParameters = sizes.trainableParameters;
    this.totalSteps = planned.length;
    this.traits = traits;
    this.updateSize = sizes.updateSize;
    this.silence = new SilenceWatch((message) => {
      job.report({ type: 'warning', message });
    });
  }

  /**
   * Waits until Python has loaded the model; or is asked to halt meanwhile, which ends it: nothing is lost.
   * @throws SftError why it ended
   */
  async begin(): Promise<void> {
    const { processes, job } = this.parts;
    while (!this.ready) {
      const ended = this.hasDied();
      this.forward();
      if (this.isReady()) break;
      if (ended) await this.fail();
      if (job.halt.aborted) {
        await processes.kill();
        this.outcome = 'halted';
        break;
      }
      await this.aWhile();
    }
  }

  async run(halt: () => Promise<boolean>): Promise<'finished' | 'halted'> {
    const { folder } = this.parts;
    let asked = this.outcome !== undefined;
    while (this.outcome === undefined) {
      // Before the events are read: a process that has ended has written all it ever will.
      const ended = this.hasDied();
      this.forward();
      if (this.hasEnded()) break;
      if (ended) await this.fail();
      if ((await halt()) && !asked) {
        asked = true;
        await writeFile(folder.stop, '');
      }
      this.silence.look();
      await this.aWhile();
    }
    await this.lastProcesses(false);
    // What its system told to end has saved, and was not asked to by anybody here.
    if (this.outcome === 'halted' && !asked) throw failureOf(folder, this.end());
    return this.outcome!;
  }

  async writeResult(folder: string): Promise<void> {
    const { job } = this.parts;
    const { config, places } = job;
    const last = places.checkpoint(this.step);
    const { best } = readTrainerState(last);
    const takesBest = config.early_stopping_patience !== null && best !== null && best.step !== this.step;
    if (takesBest) {
      const message = `the result is from step ${best.step}, where the validation loss was lowest`;
      job.report({ type: 'warning', message });
    }
    const { form, weightsFile } = methodOf(config);
    for (const name of form === 'adapter' ? [ADAPTER_CONFIG, weightsFile] : [weightsFile]) {
      await copyFile(path.join(takesBest ? places.best : last, name), path.join(folder, name));
    }
  }

  async close(): Promise<void> {
    await removeNodeScript(this.parts.folder);
    await this.parts.processes.kill();
  }

  /** One process, or the launcher, has ended before all was done. The rest saves and ends by itself. */
  private async fail(): Promise<never> {
    const { folder } = this.parts;
    const end = this.end();
    await writeFile(folder.stop, '');
    await this.lastProcesses(true);
    this.forward();
    throw failureOf(folder, end);
  }

  /** Whether one of the processes, or the launcher, is gone. */
  private hasDied(): boolean {
    const { folder, processes } = this.parts;
    this.died ??= folder.ranks().dead[0];
    return processes.end !== undefined || this.died !== undefined;
  }

  private end(): End {
    const { end: ended, logStart } = this.parts.processes;
    return { ended, died: this.died, logStart };
  }

  /**
   * Waits for the processes to end by themselves, and ends those that do not.
   * @param report whether the launcher is waited for too, which then reports how each of them ended and takes seconds for it
   */
  private async lastProcesses(report: boolean): Promise<void> {
    const { folder, processes } = this.parts;
    const until = Date.now() + GRACE_MS;
    const runs = (): boolean => folder.ranks().living.length > 0 || (report && processes.end === undefined);
    while (Date.now() < until && runs()) await this.aWhile();
    await processes.kill();
  }

  private forward(): void {
    for (const event of this.parts.tail.events()) {
      this.take(event);
      // What follows is told after the run has said that it begins.
      if (event.type === 'ready') break;
    }
  }

  private take(event: EngineEvent): void {
    const { job } = this.parts;
    if (event.type === 'ready') {
      this.device = `accelerate: ${event.device} (PyTorch ${event.torch})`;
      this.step = event.step;
      this.ready = true;
      return;
    }
    if (!isTold(event)) {
      this.outcome = event.type;
      return;
    }
    if (event.type === 'step') this.step = event.step;
    this.silence.heard(event);
    job.report(toldEvent(event, this.parts));
  }

  /** What `forward` does to these the compiler does not see. */
  private isReady(): boolean {
    return this.ready;
  }

  private hasEnded(): boolean {
    return this.outcome !== undefined;
  }

  private async aWhile(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const slept = new Promise<void>((resolve) => (timer = setTimeout(resolve, LOOK_MS)));
    await (this.parts.processes.end === undefined ? Promise.race([slept, this.parts.processes.ended]) : slept);
    clearTimeout(timer);
  }
}

type ToldEvent = Exclude<EngineEvent, { readonly type: 'ready' | 'finished' | 'halted' }>;

/** Whether an event is told on, and is not only for whoever follows Python. */
export function isTold(event: EngineEvent): event is ToldEvent {
  return event.type !== 'ready' && event.type !== 'finished' && event.type !== 'halted';
}

/** An event of Python with what is known here of it. */
export function toldEvent(event: ToldEvent, { job, planned }: Pick<AccelerateParts, 'job' | 'planned'>): TrainingEvent {
  switch (event.type) {
    case 'step': {
      const { step, loss, grad_norm, seconds, peak_memory: memory } = event;
      const known = planned[step - 1]!;
      return {
        type: 'step',
        step,
        loss,
        grad_norm,
        ...known,
        tokens_per_second: known.tokens / Math.max(seconds, 1e-6),
        ...(memory === null ? {} : { peak_memory: memory }),
      };
    }
    case 'evaluation':
      return { ...event, examples: job.validation.length };
    case 'samples': {
      const { chat } = job.model;
      const answers = job.samples.map(({ question, reference }, at) => ({
        question,
        answer: chat.decodeAnswer(event.answers[at]!.ids),
        cut: !event.answers[at]!.stopped,
        ...(reference === undefined ? {} : { reference }),
      }));
      return { type: 'samples', step: event.step, answers };
    }
    case 'checkpoint':
      return { ...event, path: job.places.checkpoint(event.step) };
    default:
      return event;
  }
}
