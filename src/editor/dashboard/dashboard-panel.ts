import * as vscode from 'vscode';
import { formatError, SftError } from '../../base/errors';
import { fromDashboard, type FromDashboard, type ShownRating, type ToDashboard } from '../../messages/dashboard';
import { PendingRequests } from '../../messages/pending';
import { rate, readRatings } from '../../runs/folder/ratings';
import type { RunSummary } from '../../runs/read-runs';
import { healthAdvice } from '../../train/health/health-advice';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';
import { WebviewHost } from '../webview-host';
import { exportRuns } from './export-runs';
import { differencesOf, distinctNames, factsOf, unknownRun } from './present-run';
import { RunFollower, type FollowedRun } from './run-follower';
import { RunSender } from './run-sender';

/** Only a view that is gone takes so long to draw its charts as a picture, ms. */
const DRAWING_LIMIT = 120_000;

/** What the buttons do that are not the dashboard's own. */
const ACTIONS = {
  pause: COMMANDS.pauseRun,
  resume: COMMANDS.resumeRun,
  stop: COMMANDS.stopRun,
  chat: COMMANDS.openChat,
  log: COMMANDS.openRunLog,
} as const;

interface Shown {
  readonly folder: string;
  readonly follower: RunFollower;
  /** As it was last read. */
  followed: FollowedRun | undefined;
  sender: RunSender;
  problem: string | undefined;
}

/** A dashboard: an editor tab that follows one run, or several to compare them. */
export class DashboardPanel {
  private readonly host: WebviewHost<ToDashboard, FromDashboard>;
  private readonly runs: readonly Shown[];
  private readonly drawings = new PendingRequests(DRAWING_LIMIT);
  private picture: Uint8Array | undefined;
  /** Whether the view has asked for its content: a hidden view is gone and asks again when it is shown. */
  private ready = false;

  /** One run, and no comparison. */
  private readonly alone: boolean;

  /** @param panel new, or restored after a reload of the window */
  constructor(
    private readonly services: Services,
    private readonly panel: vscode.WebviewPanel,
    folders: readonly string[],
    onClose: () => void,
  ) {
    this.alone = folders.length === 1;
    this.runs = folders.map((folder, run) => {
      const follower = new RunFollower(
        folder,
        (followed) => {
          this.onRun(run, followed);
        },
        (reason) => {
          this.onProblem(run, reason);
        },
      );
      return {
        folder: follower.folder.path,
        follower,
        followed: undefined,
        sender: this.sender(run),
        problem: undefined,
      };
    });
    const onRename = services.runs.onDidChange(() => {
      this.setTitle();
    });
    const onView = panel.onDidChangeViewState(() => {
      // Without its content, a view that was hidden is made anew when it is shown.
      if (!panel.visible) this.ready = false;
    });
    panel.onDidDispose(() => {
      onRename.dispose();
      onView.dispose();
      for (const { follower } of this.runs) follower.dispose();
      this.ready = false;
      onClose();
    });
    this.host = new WebviewHost<ToDashboard, FromDashboard>(panel.webview, {
      name: 'dashboard',
      extensionUri: services.context.extensionUri,
      from: fromDashboard,
      receive: (message) => void this.receive(message),
      log: (line) => {
        services.log(line);
      },
    });
    this.setTitle();
    for (const { follower } of this.runs) void follower.follow();
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  private sender(run: number): RunSender {
    return new RunSender({
      run,
      alone: this.alone,
      advise: healthAdvice,
      post: (message) => {
        this.host.post(message);
      },
    });
  }

  private setTitle(): void {
    const first = this.runs[0];
    if (first === undefined) return;
    const title = this.alone ? (this.summary(first)?.label ?? first.followed?.run.name ?? 'Run') : 'Compare Runs';
    if (this.panel.title !== title) this.panel.title = title;
  }

  /** What each run is called here. */
  private names(): string[] {
    return distinctNames(
      this.runs.map((shown) => ({
        label: this.summary(shown)?.label ?? shown.followed?.run.name ?? '',
        created: shown.followed?.run.created ?? '',
      })),
    );
  }

  private summary({ folder }: Shown): RunSummary | undefined {
    return this.services.runs.get(folder);
  }

  private onRun(run: number, followed: FollowedRun): void {
    const shown = this.runs[run]!;
    const first = shown.followed === undefined;
    shown.followed = followed;
    this.setTitle();
    if (!this.ready) return;
    if (first) this.sendAll();
    else this.send(shown, followed);
  }

  private onProblem(run: number, reason: string): void {
    this.runs[run]!.problem = reason;
    this.services.log(`dashboard: ${reason}`);
    if (this.ready) this.sendAll();
  }

  /** Everything, as soon as every run has been read: what the view had before is void. */
  private sendAll(): void {
    const { runs } = this;
    if (runs.some(({ followed, problem }) => followed === undefined && problem === undefined)) return;
    if (this.alone && runs[0]!.followed === undefined) {
      this.host.post({ type: 'unavailable', reason: runs[0]!.problem ?? '' });
      return;
    }
    const names = this.names();
    const facts = runs.map(({ followed, folder }, run) =>
      followed === undefined ? unknownRun(folder) : factsOf(folder, names[run]!, followed.run),
    );
    const configured = runs.flatMap(({ followed }) => (followed === undefined ? [] : [followed.run]));
    const differences = configured.length === runs.length && !this.alone ? differencesOf(configured) : [];
    this.host.post({ type: 'show', runs: facts, differences });
    for (const [run, shown] of runs.entries()) {
      shown.sender = this.sender(run);
      if (shown.followed === undefined) {
        const status = { status: 'unreadable', step: 0, message: shown.problem, warnings: [] } as const;
        const unknown = { totalSteps: undefined, secondsLeft: undefined, secondsTaken: undefined, device: undefined };
        this.host.post({ type: 'status', run, status: { ...status, ...unknown } });
      } else {
        this.send(shown, shown.followed);
      }
    }
    if (this.alone) void this.sendRatings();
  }

  private send(shown: Shown, followed: FollowedRun): void {
    shown.sender.send(followed);
    setImmediate(() => {
      if (this.ready) shown.sender.advise(followed);
    });
  }

  private async sendRatings(): Promise<void> {
    try {
      this.host.post({ type: 'ratings', edit: 0, ratings: await readRatings(this.runs[0]!.folder) });
    } catch (error) {
      void this.services.dialogs.warn(reasonOf(error));
    }
  }

  /** @throws SftError where it cannot be kept */
  private async rate(folder: string, { edit, index, rating }: Extract<FromDashboard, { type: 'rate' }>): Promise<void> {
    const tell = (ratings: readonly ShownRating[]): void => {
      this.host.post({ type: 'ratings', edit, ratings });
    };
    try {
      tell(await rate(folder, index, rating));
    } catch (error) {
      // The view shows it already, and takes it back.
      await readRatings(folder).then(tell, () => undefined);
      throw error;
    }
  }

  private async receive(message: FromDashboard): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.sendAll();
        return;
      case 'drawn':
        this.picture = message.png;
        this.drawings.answer(message.id, undefined);
        return;
      default: {
        const problem = await this.meet(message).catch(reasonOf);
        this.host.post({ type: 'answer', id: message.id, problem });
      }
    }
  }

  /** @returns why what was asked for was not done */
  private async meet(message: Exclude<FromDashboard, { type: 'ready' | 'drawn' }>): Promise<string | undefined> {
    const first = this.runs[0];
    if (first === undefined) return 'There is no run';
    const { folder, followed, sender } = first;
    switch (message.type) {
      case 'rate':
        await this.rate(folder, message);
        return undefined;
      case 'openRun':
        void runCommand(COMMANDS.showDashboard, this.runs[message.run]?.folder);
        return undefined;
      case 'openExample':
        if (followed === undefined) return 'The run is still being read';
        await showLine(followed.run.dataset.path, message.line);
        return undefined;
      case 'remedy': {
        const remedy = sender.findings[message.finding]?.remedies[message.remedy];
        if (followed === undefined || remedy?.title !== message.title) return 'The advice has changed meanwhile';
        void runCommand(COMMANDS.applyConfigChanges, followed.run.config_file, remedy.changes);
        return undefined;
      }
      case 'act':
        return await this.act(message.action, first);
    }
  }

  private async act(
    action: Extract<FromDashboard, { type: 'act' }>['action'],
    { folder, followed }: Shown,
  ): Promise<string | undefined> {
    switch (action) {
      case 'pause':
      case 'resume':
      case 'stop':
      case 'chat':
      case 'log':
        // The commands ask and tell by themselves, which may take any time: the view is answered at once.
        void runCommand(ACTIONS[action], folder);
        return undefined;
      case 'configuration':
        if (followed === undefined) return 'The run is still being read';
        await showLine(followed.run.config_file, 1);
        return undefined;
      case 'export': {
        const names = this.names();
        const runs = this.runs.flatMap((shown, run) =>
          shown.followed === undefined
            ? []
            : [
                {
                  ...shown.followed,
                  folder: shown.follower.folder,
                  label: names[run]!,
                  findings: shown.sender.findings,
                },
              ],
        );
        if (runs.length === 0) return 'The run is still being read';
        void exportRuns(this.services.dialogs, runs, () => this.draw());
        return undefined;
      }
    }
  }

  /** @throws Error where the view does not answer */
  private async draw(): Promise<Uint8Array> {
    this.reveal();
    const problem = await this.drawings.ask((id) => {
      this.host.post({ type: 'draw', id });
    });
    if (problem !== undefined || this.picture === undefined) throw new Error(problem ?? 'There is no picture');
    return this.picture;
  }
}

/** @throws SftError where the file is gone */
async function showLine(file: string, line: number): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file)).then(undefined, (cause: unknown) => {
    throw new SftError('unreadable', 'cannot be opened', { file, remedy: 'was it moved or deleted since?', cause });
  });
  const place = new vscode.Position(Math.min(line, document.lineCount) - 1, 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(place, place) });
}

function reasonOf(error: unknown): string {
  if (error instanceof SftError) return formatError(error);
  return error instanceof Error ? error.message : String(error);
}
