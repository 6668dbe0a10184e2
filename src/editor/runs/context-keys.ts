import * as vscode from 'vscode';
import { canRelaunch, groupOf } from '../../runs/run-groups';
import { isWorking } from '../../runs/folder/run-status';
import type { Services } from '../services';

/** What the manifest's when-clauses ask: which open files are datasets, and what kinds of runs there are. */
export function registerContextKeys({ documents, runs }: Services): vscode.Disposable {
  const known = new Map<string, string>();
  const set = (key: string, value: unknown): void => {
    const text = JSON.stringify(value);
    if (known.get(key) === text) return;
    known.set(key, text);
    void vscode.commands.executeCommand('setContext', key, value);
  };
  const datasets = (): void => {
    const open = vscode.workspace.textDocuments.filter((document) => documents.isDataset(document));
    set(
      'sft.datasets',
      open.map(({ uri }) => uri.fsPath),
    );
  };
  const states = (): void => {
    const statuses = runs.list().map(({ state }) => state.status);
    set('sft.hasRuns', statuses.length > 0);
    set('sft.hasWorkingRuns', statuses.some(isWorking));
    set(
      'sft.hasResumableRuns',
      statuses.some((status) => status === 'paused' || canRelaunch(groupOf(status))),
    );
  };
  return vscode.Disposable.from(
    documents.onDidAnalyse(datasets),
    documents.onDidRemove(datasets),
    runs.onDidChange(states),
  );
}
