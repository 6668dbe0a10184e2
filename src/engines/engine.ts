import type { Device } from '../compute/device';
import type { DeviceInfo } from '../compute/provider';
import type { DeviceTraits } from '../compute/traits';
import type { ResolvedConfig } from '../config/config-schema';
import type { GivenAnswer } from '../generate/answer';
import type { AskedQuestion } from '../text/chat-tokenizer';
import type { AnswerPace } from '../generate/answer-pace';
import type { AskableModel } from '../generate/askable';
import type { ModelFolder } from '../generate/session';
import type { EncodedDatasetExample } from '../train/examples/encoded-example';
import type { StepResult } from '../train/trainer';
import type { UpdateSize } from '../train/windows';
import type { TunedForm } from '../tuning/method';

/**
 * Who runs the training loop. An engine trains from a step on, says what it did by events, saves and ends when it is asked to, and leaves
 * a result. The queue, requests of the person, the events on the disk, recovery after a kill and the evaluation are the worker's.
 */
export interface Engine {
  /** As the configuration's key `engine` has it. */
  readonly name: ResolvedConfig['engine'];
  /**
   * What computes a run, where it is not a device of this process: asked before the run waits for its turn. The id names its queue.
   * @throws SftError where it cannot be used
   */
  find?(place: Omit<RunPlace, 'run'>): Promise<DeviceInfo>;
  /**
   * Loads what training needs, from the last checkpoint where there is one. Called when the run has the device to itself, and again after
   * each pause.
   * @throws SftError what keeps the run from being trained
   */
  open(job: TrainingJob): Promise<Training>;
  /**
   * Opens the base model and the result of a run to examine them, where that is not done in this process.
   * @throws SftError what keeps them from being opened
   */
  openResult?(job: ResultJob): Promise<OpenResult>;
}

/** A run as an engine sees it, on the disk and in its configuration. */
export interface RunPlace {
  readonly config: ResolvedConfig;
  /** The run folder. */
  readonly run: string;
  /** What the run was started from; facts of the machine lie beside it. */
  readonly configFile: string;
}

export interface ResultJob extends RunPlace {
  readonly model: ModelFolder;
  readonly result: { readonly form: TunedForm; readonly folder: string };
  /** Aborted when the examination is to halt. */
  readonly halt: AbortSignal;
}

/** Both models of a run, to be examined until they are closed. */
export interface OpenResult {
  readonly base: AskableModel;
  readonly tuned: AskableModel;
  close(): Promise<void>;
}

/** A question that is asked while a model learns, with the answer in the data where it is from there. */
export interface SampleQuestion extends AskedQuestion {
  readonly reference?: string;
}

export interface SampleAnswer extends GivenAnswer {
  readonly question: string;
  readonly reference?: string;
}

/** A device that is in use. */
export interface OpenDevice {
  readonly device: Device;
  /** Everything allocated on it has been freed. */
  close(): void;
}

/** What is trained, on what, and where it goes. */
export interface TrainingJob extends RunPlace {
  /** The base model, without its weights. */
  readonly model: ModelFolder;
  readonly train: readonly EncodedDatasetExample[];
  /** What the validation loss is measured on; may be empty. */
  readonly validation: readonly EncodedDatasetExample[];
  /** The folders an engine writes, each whole or not at all. */
  readonly places: {
    /** The folder of the checkpoint after `step` updates: all that training needs to go on from there. */
    checkpoint(step: number): string;
    /** The best weights so far by validation loss. */
    readonly best: string;
  };
  /** What is asked before the first update and at each evaluation; may be empty. */
  readonly samples: readonly SampleQuestion[];
  /** Questions that the result will be asked, to tell how long that will take; left out where it is known. */
  readonly questions?: readonly AskedQuestion[];
  /** Updates in the checkpoint to go on from; undefined to begin anew. */
  readonly from: number | undefined;
  /** Aborted when training is to halt: answers that are being written are given up. */
  readonly halt: AbortSignal;
  openDevice(): Promise<OpenDevice>;
  report(event: TrainingEvent): void;
}

/** Training that holds a device and weights until it is closed. */
export interface Training {
  /** For people: what computes. */
  readonly device: string;
  /** Weights of the model. */
  readonly parameters: number;
  /** Weights that are trained. */
  readonly trainableParameters: number;
  readonly totalSteps: number;
  /** Of the device. */
  readonly traits: DeviceTraits;
  readonly updateSize: UpdateSize;
  /** Updates done. */
  readonly step: number;
  /** Where the job has questions. */
  readonly answerPace: AnswerPace | undefined;
  /**
   * Trains on, to the last step or until the validation loss has stopped improving, and saves.
   * @param halt asked between two steps; where it is true, training saves and returns
   * @throws SftError not-finite, and what saving throws
   */
  run(halt: () => Promise<boolean>): Promise<'finished' | 'halted'>;
  /** Writes what was trained, as the configuration wants it (the last weights or the best), into an empty folder. */
  writeResult(folder: string): Promise<void>;
  /** Gives device and weights back. What was not saved is lost. */
  close(): Promise<void>;
}

export type TrainingEvent =
  | (StepResult & {
      readonly type: 'step';
      readonly tokens_per_second: number;
      /** Of the process that trains, bytes. */
      readonly peak_memory?: number;
    })
  | {
      readonly type: 'evaluation';
      readonly step: number;
      /** Mean NLL over the trained tokens of the validation part, nats. */
      readonly loss: number;
      readonly examples: number;
      /** Whether it is the lowest so far. */
      readonly best: boolean;
    }
  | { readonly type: 'samples'; readonly step: number; readonly answers: readonly SampleAnswer[] }
  | { readonly type: 'checkpoint'; readonly step: number; readonly path: string }
  | { readonly type: 'warning'; readonly message: string }
  /** What is not told by its end alone, because it takes a while. */
  | { readonly type: 'begins'; readonly what: 'validating' | 'sampling' | 'saving' };
