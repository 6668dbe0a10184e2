import * as vscode from 'vscode';
import { testKey } from '../../train/data-files';
import {
  drawingRequests,
  fromDashboard,
  type dashboardRequests,
  type DashboardAction,
  type FromDashboard,
  type ShownRating,
  type ShownSweep,
  type ToDashboard,
} from '../../messages/dashboard';
import { PendingRequests } from '../../messages/pending';
import { done, type AskOf, type Handlers } from '../../messages/requests';
import { rate, readRatings } from '../../runs/folder/ratings';
import { isWorking } from '../../runs/folder/run-status';
import type { RunSummary } from '../../runs/read-runs';
import { sweptValues } from '../../runs/sweep/siblings';
import { healthAdvice } from '../../train/health/health-advice';
import { errorText } from '../error-text';
import { showExample, showLine } from '../dataset/show-example';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';
import { WebviewHost } from '../webview-host';
import { exportRuns } from './export-runs';
import { differencesOf, distinctNames, factsOf, unknownRun } from './present-run';
import { RunFollower, type FollowedRun } from './run-follower';
import { RunSender } from './run-sender';
import { sweepOf } from './shown-sweep';

/** Only a view that is gone takes so long to draw its charts as a picture, ms. */
const DRAWING_LIMIT = 120_000;

const UNREAD = 'The run is still loading';

/** What the buttons do that are not the dashboard's own. */
const ACTIONS = {
  pause: COMMANDS.pauseRun,
  resume: COMMANDS.resumeRun,
  stop: COMMANDS.stopRun,
  use: COMMANDS.useModel,
  chat: COMMANDS.openChat,
  log: COMMANDS.openRunLog,
} as const;

type Ask<K extends keyof typeof dashboardRequests> = AskOf<(typeof dashboardRequests)[K]>;

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
  private readonly applied = new Set<string>();
  private readonly host: WebviewHost<ToDashboard, FromDashboard, typeof dashboardRequests>;
  private readonly runs: readonly Shown[];
  private readonly drawings = new PendingRequests(drawingRequests, {
    send: (message) => {
      this.host.post(message as ToDashboard);
    },
    who: 'The dashboard',
    limit: DRAWING_LIMIT,
  });
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
    this.host = new WebviewHost<ToDashboard, FromDashboard, typeof dashboardRequests>(panel.webview, {
      name: 'dashboard',
      extensionUri: services.context.extensionUri,
      from: fromDashboard,
      receive: () => {
        this.ready = true;
        this.sendAll();
      },
      handlers: this.handlers(),
      answered: (message) => {
        this.drawings.answer(message);
      },
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
      applied: this.applied,
      post: (message) => {
        this.host.post(message);
      },
    });
  }

  private setTitle(): void {
    const first = this.runs[0];
    if (first === undefined) return;
    const sweep = this.sweep();
    const name = (): string => this.summary(first)?.label ?? first.followed?.run.name ?? 'Run';
    const title = this.alone ? name() : sweep === undefined ? 'Compare Runs' : `Sweep of ${sweep.name}`;
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

  /** The sweep that all of the runs are of. */
  private sweep(): ShownSweep | undefined {
    return this.alone ? undefined : sweepOf(this.runs.map((shown) => this.summary(shown)));
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
    this.host.post({ type: 'show', runs: facts, differences, sweep: this.sweep() });
    for (const [run, shown] of runs.entries()) {
      shown.sender = this.sender(run);
      if (shown.followed === undefined) {
        const status = { status: 'unreadable', step: 0, message: shown.problem, warnings: [] } as const;
        const unknown = {
          totalSteps: undefined,
          secondsLeft: undefined,
          secondsTaken: undefined,
          device: undefined,
          sharedTokens: undefined,
          retention: undefined,
        };
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
      void this.services.dialogs.warn(errorText(error));
    }
  }

  /** @throws SftError where it cannot be kept */
  private async rate(folder: string, { edit, index, rating }: Ask<'rate'>): Promise<void> {
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

  private handlers(): Handlers<typeof dashboardRequests> {
    const [first] = this.runs;
    if (first === undefined) throw new Error('a dashboard without a run');
    return {
      act: async ({ action }) => done(await this.act(action, first)),
      remedy: async (ask) => done(await this.remedy(ask, first)),
      rate: async (ask) => {
        await this.rate(first.folder, ask);
        return done();
      },
      takeValues: ({ run }) => {
        const summary = this.runs[run] && this.summary(this.runs[run]);
        if (summary?.swept === undefined) return done(UNREAD);
        void runCommand(COMMANDS.applyConfigChanges, summary.run.config_file, sweptValues(summary.run, summary.swept));
        return done();
      },
      openRun: ({ run }) => {
        void runCommand(COMMANDS.showDashboard, this.runs[run]?.folder);
        return done();
      },
      openExample: async ({ index }) => {
        if (first.followed === undefined) return done(UNREAD);
        const { run, predictions } = first.followed;
        const prediction = predictions.find((one) => one.index === index);
        if (prediction === undefined) return done(UNREAD);
        await showExample(run[testKey(run.config)]!.path, prediction, run.config.columns, vscode.ViewColumn.Beside);
        return done();
      },
      openWorst: async ({ place }) => {
        if (first.followed === undefined) return done(UNREAD);
        const { run, worst } = first.followed;
        const example = worst[place];
        const file = example && run[example.data]?.path;
        if (example === undefined || file === undefined) return done(UNREAD);
        await showExample(file, example, run.config.columns, vscode.ViewColumn.Beside);
        return done();
      },
    };
  }

  /** @returns why the configuration is as it was */
  private async remedy(ask: Ask<'remedy'>, { followed, sender }: Shown): Promise<string | undefined> {
    const remedy = sender.findings[ask.finding]?.remedies[ask.remedy];
    if (followed === undefined || remedy?.title !== ask.title) return 'The advice has changed in the meantime';
    const applied = await runCommand(COMMANDS.applyConfigChanges, followed.run.config_file, remedy.changes);
    if (applied !== true) return 'The configuration was not changed';
    // Kept here: the view is gone while the configuration covers it, and is made anew when the person comes back.
    this.applied.add(remedy.title);
    sender.tellAdvice();
    return undefined;
  }

  /** @returns why it was not done */
  private async act(action: DashboardAction, { folder, followed }: Shown): Promise<string | undefined> {
    if (this.sweep() !== undefined && (action === 'stop' || action === 'resume')) return this.actOnSweep(action);
    switch (action) {
      case 'pause':
      case 'resume':
      case 'stop':
      case 'use':
      case 'chat':
      case 'log':
        // The commands ask and tell by themselves, which may take any time: the view is answered at once.
        void runCommand(ACTIONS[action], folder);
        return undefined;
      case 'configuration':
        if (followed === undefined) return UNREAD;
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
        if (runs.length === 0) return UNREAD;
        void exportRuns(this.services.dialogs, runs, () => this.draw());
        return undefined;
      }
    }
  }

  private actOnSweep(action: 'stop' | 'resume'): string | undefined {
    const runs = this.runs.flatMap((shown) => this.summary(shown) ?? []);
    const [first] = runs;
    if (first === undefined) return UNREAD;
    if (action === 'resume') {
      void runCommand(COMMANDS.startSweep, vscode.Uri.file(first.run.config_file));
    } else {
      for (const { folder, state } of runs) if (isWorking(state.status)) void runCommand(COMMANDS.stopRun, folder.path);
    }
    return undefined;
  }

  /** @throws Error where the view does not answer */
  private async draw(): Promise<Uint8Array> {
    this.reveal();
    const drawn = await this.drawings.ask('draw', {});
    if (drawn.problem !== undefined) throw new Error(drawn.problem);
    return drawn.value;
  }
}
