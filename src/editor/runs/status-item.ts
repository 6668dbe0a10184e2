import * as vscode from 'vscode';
import type { RunSummary } from '../../runs/read-runs';
import { groupOf, progressText } from '../../runs/run-groups';
import { isWorking } from '../../runs/folder/run-status';
import { COMMANDS, VIEWS } from '../manifest/command-ids';
import { commandOf, focusCommand } from '../manifest/commands';
import type { LiveProgress } from './live-progress';
import type { RunStore } from './run-store';

/** The status bar while runs are at work: one with its step, loss and time left, several by their number. */
export function registerRunStatus(store: RunStore, live: LiveProgress): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('sft.run', vscode.StatusBarAlignment.Left, 10);
  item.name = 'SFT training';
  const update = (): void => {
    const working = store.list().filter(({ state }) => isWorking(state.status));
    const [first] = working;
    if (first === undefined) {
      item.hide();
      return;
    }
    if (working.length === 1) showOne(item, first, live);
    else showSeveral(item, working);
    item.show();
  };
  update();
  return vscode.Disposable.from(item, live.onDidChange(update));
}

const ICONS = { running: 'loading~spin', paused: 'debug-pause', queued: 'clock' } as const;

function showOne(item: vscode.StatusBarItem, { folder, label, state }: RunSummary, live: LiveProgress): void {
  const group = groupOf(state.status);
  const icon = group === 'paused' || group === 'queued' ? ICONS[group] : ICONS.running;
  const text = group === 'queued' ? 'queued' : progressText(state, live.of(folder.path));
  item.text = `$(${icon}) ${text === '' ? group : text}`;
  item.tooltip = `${label}: ${group}. ${state.message ?? ''}\nShow the dashboard`;
  item.command = commandOf(COMMANDS.showDashboard, 'Show Dashboard', folder.path);
  item.accessibilityInformation = { label: `Training ${label}: ${text}` };
}

function showSeveral(item: vscode.StatusBarItem, working: readonly RunSummary[]): void {
  const groups = working.map(({ state }) => groupOf(state.status));
  const parts = (['running', 'paused', 'queued'] as const)
    .map((group) => [group, groups.filter((one) => one === group).length] as const)
    .filter(([, count]) => count > 0);
  const text = parts.map(([group, count]) => `${count} ${group}`).join(', ');
  item.text = `$(${groups.includes('running') ? ICONS.running : ICONS.paused}) ${text}`;
  item.tooltip = `${working.map(({ label, state }) => `${label}: ${progressText(state) || state.status}`).join('\n')}\nShow the runs`;
  item.command = focusCommand(VIEWS.runs, 'Show Runs');
  item.accessibilityInformation = { label: `Training: ${text}` };
}
