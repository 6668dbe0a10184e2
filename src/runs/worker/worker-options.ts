import type { DeviceInfo } from '../../compute/provider';
import type { OpenDevice } from '../../engines/engine';
import type { RunEvent } from '../folder/event-schema';

/** The device of a run. */
export interface DeviceAccess {
  /**
   * What is known of it before it is opened; the id names its queue.
   * @throws SftError where it cannot be used
   */
  find(): Promise<DeviceInfo>;
  /** Opened when it is this run's turn, and anew after each pause. @throws SftError where it cannot start: the run has failed */
  open(): Promise<OpenDevice>;
}

export interface WorkerOptions {
  readonly device: DeviceAccess;
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
