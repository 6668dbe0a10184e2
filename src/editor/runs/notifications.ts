import * as vscode from 'vscode';
import { countOf } from '../../base/count-of';
import { claimEnding } from '../../runs/folder/claim';
import type { RunSummary } from '../../runs/read-runs';
import { groupOf } from '../../runs/run-groups';
import { isWorking } from '../../runs/folder/run-status';
import { headline } from '../../text/rouge/headline';
import { COMMANDS, VIEWS, type CommandId } from '../manifest/command-ids';
import { focusView, runCommand } from '../manifest/commands';
import type { Services } from '../services';

/** The runs that were at work when this workspace last looked: their end is news, that of others is history. */
const FOLLOWED = 'sft.followedRuns';

const SHOW = 'Show Dashboard';
const USE = 'Use This Model…';
const LOG = 'Open Log';
const RESUME = 'Resume';
const RUNS = 'Show Runs';

/** What the buttons do with the run. */
const COMMANDS_OF: Readonly<Record<string, CommandId>> = {
  [USE]: COMMANDS.useModel,
  [SHOW]: COMMANDS.showDashboard,
  [LOG]: COMMANDS.openRunLog,
  [RESUME]: COMMANDS.resumeRun,
};

/**
 * Tells once how each run ended, in one window only, also where it ended while no window was open; and offers to resume what was
 * interrupted.
 */
export class RunNotifications implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;
  private followed: ReadonlySet<string>;
  private first = true;

  constructor(private readonly services: Services) {
    this.followed = new Set(services.context.workspaceState.get<readonly string[]>(FOLLOWED, []));
    this.subscription = services.runs.onDidChange(() => void this.look());
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async look(): Promise<void> {
    const { runs, context } = this.services;
    const list = runs.list();
    const working = list.filter(({ state }) => isWorking(state.status)).map(({ folder }) => folder.path);
    const before = this.followed;
    const first = this.first;
    this.first = false;
    this.followed = new Set(working);
    if (working.join('\n') !== [...before].join('\n')) void context.workspaceState.update(FOLLOWED, working);
    const over = list.filter(({ state }) => !isWorking(state.status));
    // What is found interrupted when the window opens can go on, whoever started it.
    const interrupted = first ? over.filter(({ state }) => state.status === 'interrupted') : [];
    const ended = over.filter((run) => before.has(run.folder.path) && !interrupted.includes(run));
    const swept: RunSummary[] = [];
    for (const run of ended) {
      if (!(await claimEnding(run.folder.path, run.state))) continue;
      if (run.swept !== undefined && run.state.status === 'done') swept.push(run);
      else void this.tell(run);
    }
    // Each of its runs is no news: what they say together is.
    if (swept.length > 0) (await import('./sweep-news')).tellSweeps(this.services, swept);
    const news: RunSummary[] = [];
    for (const run of interrupted) if (await claimEnding(run.folder.path, run.state)) news.push(run);
    const [one] = news;
    if (news.length === 1 && one !== undefined) void this.tell(one);
    else if (news.length > 1) void this.tellSeveral(news.length);
  }

  private async tell(run: RunSummary): Promise<void> {
    const { dialogs } = this.services;
    const { label, state } = run;
    const folder = run.folder.path;
    const reason = state.message === undefined ? '' : ` ${state.message}`;
    switch (groupOf(state.status)) {
      case 'done': {
        const scores = run.evaluation === undefined ? '' : ` ${headline(run.evaluation)}`;
        const text = `Training ${label} finished after ${countOf(state.step, 'step')}.${scores}`;
        await this.act(folder, await dialogs.info(text, USE, SHOW));
        return;
      }
      case 'failed':
        await this.act(folder, await dialogs.error(`Training ${label} failed.${reason}`, LOG, SHOW));
        return;
      case 'interrupted': {
        const text = `Training ${label} was interrupted at step ${state.step}. It can be resumed from its last checkpoint.`;
        await this.act(folder, await dialogs.warn(text, RESUME, LOG));
        return;
      }
      default:
        // Whoever stops a run knows it.
        return;
    }
  }

  private async tellSeveral(count: number): Promise<void> {
    const text = `${count} runs were interrupted. Each can be resumed from its last checkpoint.`;
    if ((await this.services.dialogs.warn(text, RUNS)) === RUNS) await focusView(VIEWS.runs);
  }

  private async act(folder: string, action: string | undefined): Promise<void> {
    const command = action === undefined ? undefined : COMMANDS_OF[action];
    if (command !== undefined) await runCommand(command, folder);
  }
}
