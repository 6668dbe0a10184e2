import * as vscode from 'vscode';
import type { RunProgress } from '../../runs/progress';
import { isWorking } from '../../runs/folder/run-status';
import type { RunStore } from './run-store';

/** Loss and pace of the runs that work, read again whenever the store sees one of them move. */
export class LiveProgress implements vscode.Disposable {
  private readonly changeEmitter = new vscode.EventEmitter<void>();
  private readonly progress = new Map<string, RunProgress>();
  private readonly subscription: vscode.Disposable;
  private reading = false;
  private again = false;

  /** After every change of the store, with the progress as it is then. */
  readonly onDidChange = this.changeEmitter.event;

  constructor(private readonly store: RunStore) {
    this.subscription = store.onDidChange(() => void this.read());
  }

  dispose(): void {
    this.subscription.dispose();
    this.changeEmitter.dispose();
  }

  /** @param folder path of the run folder; undefined for one that does not work, or that has not been read yet */
  of(folder: string): RunProgress | undefined {
    return this.progress.get(folder);
  }

  private async read(): Promise<void> {
    this.again = true;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.again) {
        this.again = false;
        const working = this.store.list().filter(({ state }) => isWorking(state.status));
        const read = await Promise.all(
          working.map(async ({ folder }) => {
            const { readProgress } = await import('../../runs/progress');
            return [folder.path, await readProgress(folder)] as const;
          }),
        );
        this.progress.clear();
        for (const [folder, progress] of read) this.progress.set(folder, progress);
        this.changeEmitter.fire();
      }
    } finally {
      this.reading = false;
    }
  }
}
