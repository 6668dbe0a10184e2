import path from 'node:path';
import * as vscode from 'vscode';
import { formatError, SftError } from '../../base/errors';
import { Turns } from '../../base/turns';
import type { DamagedRun, RunSummary } from '../../runs/read-runs';
import { isWorking } from '../../runs/folder/run-status';
import { newestFirst } from '../../runs/newest-first';
import { CONFIG_GLOB } from '../config/config-name';

/** Changes of files come in bursts: a state that is replaced is removed and made. */
const PAUSE_MS = 100;
/** A worker that dies tells nobody, and some file systems tell of no change: how often working runs are looked at. */
const LOOK_EVERY_MS = 2000;
/** Where output folders outside the workspace are remembered. */
const REMEMBERED = 'sft.outputFolders';
const MOST_CONFIGS = 200;

/**
 * The runs of the workspace, kept in step with the disk: below `.sft/runs` of each folder and below output_dir of each sft.config.json.
 * Whoever shows runs reads them here. Nothing is read before `start`.
 */
export class RunStore implements vscode.Disposable {
  private readonly changeEmitter = new vscode.EventEmitter<void>();
  private readonly runs = new Map<string, RunSummary>();
  private readonly pending = new Set<string>();
  private readonly damaged = new Map<string, DamagedRun>();
  /** What was told of damaged runs, once each. */
  private readonly told = new Set<string>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private watchers: vscode.Disposable[] = [];
  private folders: readonly string[] = [];
  private sorted: readonly RunSummary[] = [];
  private readonly reads = new Turns();
  private scan: Promise<void> | undefined;
  private pauseTimer: NodeJS.Timeout | undefined;
  private lifeTimer: NodeJS.Timeout | undefined;
  private disposed = false;

  /** A run came, went, was renamed, or its state changed. */
  readonly onDidChange = this.changeEmitter.event;

  constructor(
    private readonly memento: vscode.Memento,
    private readonly log: (line: string) => void,
  ) {}

  /** Begins to look; returns at once. */
  start(): void {
    const configs = vscode.workspace.createFileSystemWatcher(CONFIG_GLOB);
    const rescan = (): void => void this.refresh();
    this.subscriptions.push(
      configs,
      configs.onDidCreate(rescan),
      configs.onDidChange(rescan),
      configs.onDidDelete(rescan),
      vscode.workspace.onDidChangeWorkspaceFolders(rescan),
      // What another program did while the person was there.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.sorted.length > 0) void this.listAgain();
      }),
    );
    rescan();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.pauseTimer);
    clearInterval(this.lifeTimer);
    for (const subscription of [...this.subscriptions, ...this.watchers]) subscription.dispose();
    this.changeEmitter.dispose();
  }

  /** Newest first. */
  list(): readonly RunSummary[] {
    return this.sorted;
  }

  /** Runs whose files cannot be read, by their folders. */
  listDamaged(): readonly DamagedRun[] {
    return [...this.damaged.values()].sort((a, b) => b.folder.localeCompare(a.folder));
  }

  /** @param folder path of the run folder */
  get(folder: string): RunSummary | undefined {
    return this.runs.get(path.resolve(folder));
  }

  /** Looks for runs anew. Resolves when what was on the disk at the time of the call is in the list. */
  async refresh(): Promise<void> {
    // A scan under way may have passed by what is new.
    await this.scan;
    this.scan ??= this.scanAll().finally(() => {
      this.scan = undefined;
    });
    await this.scan;
  }

  /** Reads one run again. Returns it, or undefined where it is gone. */
  async reload(folder: string): Promise<RunSummary | undefined> {
    if (await this.readAgain([path.resolve(folder)])) this.publish();
    return this.get(folder);
  }

  /** Also follows the runs in a folder that no configuration of the workspace names, from now on. */
  async addOutputFolder(folder: string): Promise<void> {
    const known = this.memento.get<readonly string[]>(REMEMBERED, []);
    if (this.folders.includes(folder) || known.includes(folder)) return;
    await this.memento.update(REMEMBERED, [...known, folder]);
    await this.refresh();
  }

  private async scanAll(): Promise<void> {
    try {
      const workspace = vscode.workspace.workspaceFolders ?? [];
      const local = workspace.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
      const exclude = '**/{node_modules,.git,.sft}/**';
      const configs = local.length === 0 ? [] : await vscode.workspace.findFiles(CONFIG_GLOB, exclude, MOST_CONFIGS);
      const remembered = this.memento.get<readonly string[]>(REMEMBERED, []);
      const files = configs.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
      const { outputFolders } = await import('../../runs/folder/output-folders');
      this.watch([...new Set([...(await outputFolders(local, files)), ...remembered])]);
      await this.listAgain();
    } catch (error) {
      this.report(reasonOf(error));
    }
  }

  /** Lists the runs of the folders that are known: cheap, since no search through the workspace is needed. */
  private async listAgain(): Promise<void> {
    try {
      const { listRuns } = await import('../../runs/read-runs');
      await this.reads.next(async () => {
        const found = await Promise.all(this.folders.map((folder) => listRuns(folder)));
        const before = new Map(this.runs);
        const damagedBefore = JSON.stringify(this.listDamaged());
        this.runs.clear();
        this.damaged.clear();
        for (const summary of found.flatMap(({ runs }) => runs)) this.runs.set(summary.folder.path, summary);
        for (const one of found.flatMap(({ damaged }) => damaged)) this.addDamaged(one);
        const same =
          before.size === this.runs.size && [...this.runs].every(([key, now]) => isSame(before.get(key), now));
        if (!same || damagedBefore !== JSON.stringify(this.listDamaged())) this.publish();
      });
    } catch (error) {
      this.report(reasonOf(error));
    }
  }

  private watch(folders: readonly string[]): void {
    if (this.disposed || folders.join('\n') === this.folders.join('\n')) return;
    for (const watcher of this.watchers) watcher.dispose();
    this.folders = folders;
    this.watchers = folders.flatMap((folder) => {
      // A folder that goes is told of by its own name alone, not by those of its files.
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(folder), '{*,*/*.json}'),
      );
      const changed = (uri: vscode.Uri): void => {
        const name = path.relative(folder, uri.fsPath).split(path.sep)[0];
        if (name !== undefined && name !== '' && name !== '..') this.readSoon(path.join(folder, name));
      };
      return [watcher, watcher.onDidCreate(changed), watcher.onDidChange(changed), watcher.onDidDelete(changed)];
    });
  }

  private readSoon(folder: string): void {
    this.pending.add(folder);
    this.pauseTimer ??= setTimeout(() => {
      this.pauseTimer = undefined;
      const folders = [...this.pending];
      this.pending.clear();
      void this.readAgain(folders).then((changed) => {
        if (changed) this.publish();
      });
    }, PAUSE_MS);
  }

  /** @returns whether anything differs from before */
  private async readAgain(folders: readonly string[]): Promise<boolean> {
    const { damagedRun, readRun } = await import('../../runs/read-runs');
    const { isMissing } = await import('../../runs/folder/record');
    const changes = await this.reads.next(() =>
      Promise.all(
        folders.map(async (folder) => {
          const before = this.runs.get(folder);
          const damageBefore = this.damaged.get(folder)?.reason;
          this.damaged.delete(folder);
          try {
            const now = await readRun(folder);
            this.runs.set(folder, now);
            return damageBefore !== undefined || !isSame(before, now);
          } catch (error) {
            this.runs.delete(folder);
            // Where a file is missing it is gone, or not yet a run: run.json is what makes it one.
            if (!isMissing(error)) this.addDamaged(damagedRun(folder, error));
            return before !== undefined || damageBefore !== this.damaged.get(folder)?.reason;
          }
        }),
      ),
    );
    return changes.includes(true);
  }

  private addDamaged(run: DamagedRun): void {
    this.damaged.set(run.folder, run);
    this.report(run.reason);
  }

  private publish(): void {
    if (this.disposed) return;
    this.sorted = [...this.runs.values()].sort(newestFirst);
    this.followLife();
    this.changeEmitter.fire();
  }

  private followLife(): void {
    const working = this.sorted.some(({ state }) => isWorking(state.status));
    if (!working) {
      clearInterval(this.lifeTimer);
      this.lifeTimer = undefined;
    }
    if (working) this.lifeTimer ??= setInterval(() => void this.lookAtWorking(), LOOK_EVERY_MS);
  }

  private async lookAtWorking(): Promise<void> {
    const working = this.sorted.filter(({ state }) => isWorking(state.status));
    if (await this.readAgain(working.map(({ folder }) => folder.path))) this.publish();
  }

  private report(reason: string): void {
    if (this.told.has(reason)) return;
    this.told.add(reason);
    this.log(reason);
  }
}

function isSame(before: RunSummary | undefined, now: RunSummary): boolean {
  return (
    before !== undefined &&
    before.label === now.label &&
    before.swept?.join() === now.swept?.join() &&
    before.run.created === now.run.created &&
    JSON.stringify([before.state, before.evaluation]) === JSON.stringify([now.state, now.evaluation])
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof SftError) return formatError(error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
