import * as vscode from 'vscode';
import { VIEWS } from '../manifest/command-ids';
import type { Services } from '../services';
import { exportsUnderWay } from '../use/exports-under-way';
import { registerContextKeys } from './context-keys';
import { LiveProgress } from './live-progress';
import { RunNotifications } from './notifications';
import { runCommands } from './run-commands';
import { RunTree } from './run-tree';
import { registerRunStatus } from './status-item';

/** Everything the editor does with runs. The disk is looked at when activation is over. */
export function registerRuns(services: Services) {
  const { runs } = services;
  const live = new LiveProgress(runs);
  const tree = new RunTree(runs, live);
  const view = vscode.window.createTreeView(VIEWS.runs, {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const start = setTimeout(() => {
    runs.start();
  });
  const all = vscode.Disposable.from(
    live,
    tree,
    view,
    registerContextKeys(services),
    registerRunStatus(runs, live),
    new RunNotifications(services),
    new vscode.Disposable(() => {
      clearTimeout(start);
      for (const stop of exportsUnderWay) stop.abort();
    }),
  );
  return Object.assign(all, { tree, commands: runCommands(services, view) });
}
