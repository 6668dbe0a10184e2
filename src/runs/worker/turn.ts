import { formatError, SftError } from '../../base/errors';
import type { RunFolder } from '../folder/run-folder';
import { waitForTurn, type QueuedRun } from './device-queue';
import type { Journal } from './journal';

/** A run's turn on its device: waited for, and given back whenever the run does not compute. */
export class Turn {
  private release: (() => Promise<void>) | undefined;

  /**
   * @param device the name of its queue
   * @param stop aborting it leaves the queue
   */
  constructor(
    private readonly folder: RunFolder,
    private readonly name: string,
    private readonly device: string,
    private readonly stop: AbortSignal,
    private readonly journal: Journal,
  ) {}

  /**
   * Waits for the device. Where the folder of the queue cannot be used, the run goes on without one, and says so.
   * @param since when the run asked for it, ms
   * @returns whether the run has it; false where it is to stop
   */
  async take(since: number): Promise<boolean> {
    try {
      this.release = await waitForTurn(
        this.device,
        { run: this.folder.path, name: this.name },
        { since, signal: this.stop, onWait: (ahead) => this.noteWait(ahead) },
      );
      return this.release !== undefined;
    } catch (error) {
      if (!(error instanceof Error && (error instanceof SftError || 'syscall' in error))) throw error;
      const reason = error instanceof SftError ? formatError(error) : error.message;
      this.journal.note(`this run cannot wait for other runs on the device: ${reason}`);
      return true;
    }
  }

  /** Lets the next run have the device. */
  async giveBack(): Promise<void> {
    await this.release?.();
    this.release = undefined;
  }

  private async noteWait(ahead: readonly QueuedRun[]): Promise<void> {
    const [first, ...others] = ahead;
    if (first === undefined) return;
    const more = others.length === 0 ? '' : `, and for ${others.length} more before it`;
    const message = `waits for ${first.name} (${first.run}) on the ${this.device} device${more}`;
    await this.folder.writeState({ status: 'queued', message });
    this.journal.emit({ type: 'queued', message, waits_for: first.run, ahead: ahead.length });
  }
}
