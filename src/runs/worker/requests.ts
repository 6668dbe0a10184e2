import { SftError } from '../../base/errors';
import type { RunFolder } from '../folder/run-folder';

export type Request = 'stop' | 'pause';

export function runDeleted(folder: RunFolder, cause?: unknown): SftError {
  return new SftError('run-deleted', 'the run was deleted while it was in progress', {
    file: folder.path,
    remedy: 'start a new one; next time, stop a run before deleting its folder',
    cause,
  });
}

/** What the worker is asked to do: by control.json, or to stop by a signal of its process. */
export class Requests {
  private readonly stopping = new AbortController();
  private halting = new AbortController();
  private readonly onSignal = (): void => {
    this.abort();
  };

  /** @param signal aborting it asks to stop */
  constructor(
    private readonly folder: RunFolder,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener('abort', this.onSignal);
    if (signal.aborted) this.abort();
  }

  /** Aborted once the worker is to stop, as far as it has looked. */
  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  /** Aborted once the worker is to stop or to pause, as far as it has looked. */
  get halt(): AbortSignal {
    return this.halting.signal;
  }

  /**
   * Looks what is asked now.
   * @throws SftError `run-deleted` where the run is gone: nothing of it may be written any more
   */
  async look(): Promise<Request | undefined> {
    if (await this.folder.isGone()) {
      this.abort();
      throw runDeleted(this.folder);
    }
    const command = await this.folder.readControl();
    if (command === 'stop') this.abort();
    if (this.stop.aborted) return 'stop';
    if (command !== 'pause') return undefined;
    this.halting.abort();
    return 'pause';
  }

  /** A pause is over: the next one is heard anew. */
  async goOn(): Promise<void> {
    await this.folder.clearControl();
    if (!this.stop.aborted) this.halting = new AbortController();
  }

  close(): void {
    this.signal.removeEventListener('abort', this.onSignal);
  }

  private abort(): void {
    this.stopping.abort();
    this.halting.abort();
  }
}
