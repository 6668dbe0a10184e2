import * as vscode from 'vscode';
import type { Services } from '../services';
import { foldersOf } from './run-choice';
import type { TreeNode } from './run-nodes';

/** Every command for runs. What a command does is loaded when it is first given. */
export function registerRunCommands(services: Services, view: vscode.TreeView<TreeNode>): vscode.Disposable {
  const { registerCommand } = vscode.commands;
  const configuration = (): Promise<typeof import('./configuration-commands')> => import('./configuration-commands');
  const control = (): Promise<typeof import('./control-commands')> => import('./control-commands');
  const manage = (): Promise<typeof import('./manage-commands')> => import('./manage-commands');
  // A key that is pressed in the view brings no node along. The keys' bindings select what the arrow keys have come to: left alone,
  // the selection stays where the last click was.
  const clicked = (node: unknown): unknown => (isFromView(node) ? view.selection[0] : node);
  const all = (node: unknown, selected: unknown): string[] =>
    isFromView(node) ? foldersOf(undefined, view.selection) : foldersOf(node, selected);
  return vscode.Disposable.from(
    registerCommand('sft.startTraining', async (target?: unknown) =>
      (await import('./start-training')).startTraining(services, target),
    ),
    registerCommand('sft.resumeRun', async (run?: unknown) => (await control()).resumeRun(services, run)),
    registerCommand('sft.pauseRun', async (run?: unknown) => (await control()).pauseRun(services, run)),
    registerCommand('sft.stopRun', async (run?: unknown) => (await control()).stopRun(services, run)),
    registerCommand('sft.refreshRuns', () => services.runs.refresh()),
    registerCommand('sft.renameRun', async (run?: unknown) => (await manage()).renameRun(services, clicked(run))),
    registerCommand('sft.deleteRun', async (run?: unknown, selected?: unknown) =>
      (await manage()).deleteRuns(services, all(run, selected)),
    ),
    registerCommand('sft.compareSelectedRuns', async (run?: unknown, selected?: unknown) =>
      (await manage()).compareRuns(services, foldersOf(run, selected)),
    ),
    registerCommand('sft.openRunLog', async (run?: unknown) => (await manage()).openRunLog(services, run)),
    registerCommand('sft.revealRun', async (run?: unknown) => (await manage()).revealRun(services, run)),
    registerCommand('sft.openRunFolder', async (run?: unknown) => (await manage()).openRunFolder(services, run)),
    registerCommand('sft.duplicateConfiguration', async (run?: unknown) =>
      (await configuration()).duplicateConfiguration(services, run),
    ),
    registerCommand('sft.continueFromAdapter', async (run?: unknown) =>
      (await configuration()).continueFromAdapter(services, run),
    ),
  );
}

function isFromView(argument: unknown): boolean {
  return (argument as { readonly fromView?: unknown } | null | undefined)?.fromView === true;
}
