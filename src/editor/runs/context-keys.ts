import * as vscode from 'vscode';
import { canRelaunch, groupOf } from '../../runs/run-groups';
import { isWorking } from '../../runs/folder/run-status';
import { setContext } from '../manifest/context';
import { CONTEXT, type ContextKey, type ContextValues } from '../manifest/context-keys';
import type { Services } from '../services';

/** What the manifest's when-clauses ask: which open files are datasets, and what kinds of runs there are. */
export function registerContextKeys({ documents, runs }: Services): vscode.Disposable {
  const known = new Map<string, string>();
  const set = <K extends ContextKey>(key: K, value: ContextValues[K]): void => {
    const text = JSON.stringify(value);
    if (known.get(key) === text) return;
    known.set(key, text);
    setContext(key, value);
  };
  const datasets = (): void => {
    const open = vscode.workspace.textDocuments.filter((document) => documents.isDataset(document));
    set(
      CONTEXT.datasets,
      open.map(({ uri }) => uri.fsPath),
    );
  };
  const states = (): void => {
    const statuses = runs.list().map(({ state }) => state.status);
    set(CONTEXT.hasRuns, statuses.length > 0);
    set(
      CONTEXT.hasSweeps,
      runs.list().some(({ swept }) => swept !== undefined),
    );
    set(CONTEXT.hasWorkingRuns, statuses.some(isWorking));
    set(
      CONTEXT.hasResumableRuns,
      statuses.some((status) => status === 'paused' || canRelaunch(groupOf(status))),
    );
  };
  return vscode.Disposable.from(
    documents.onDidAnalyse(datasets),
    documents.onDidRemove(datasets),
    runs.onDidChange(states),
  );
}
