import type * as vscode from 'vscode';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import type { Services } from '../services';
import { foldersOf } from './run-choice';
import type { TreeNode } from './run-nodes';

/** Every command for runs. What a command does is loaded when it is first given. */
export function runCommands(services: Services, view: vscode.TreeView<TreeNode>) {
  const configuration = (): Promise<typeof import('./configuration-commands')> => import('./configuration-commands');
  const control = (): Promise<typeof import('./control-commands')> => import('./control-commands');
  const manage = (): Promise<typeof import('./manage-commands')> => import('./manage-commands');
  const sweep = (): Promise<typeof import('./sweep-commands')> => import('./sweep-commands');
  // A key that is pressed in the view brings no node along. The keys' bindings select what the arrow keys have come to: left alone,
  // the selection stays where the last click was.
  const clicked = (node: unknown): unknown => (isFromView(node) ? view.selection[0] : node);
  const all = (node: unknown, selected: unknown): string[] =>
    isFromView(node) ? foldersOf(undefined, view.selection) : foldersOf(node, selected);
  return {
    [COMMANDS.startTraining]: async (target?: unknown) =>
      (await import('./start-training')).startTraining(services, target),
    [COMMANDS.trainOnPython]: async (target?: unknown) =>
      (await import('../python/train-on-python')).trainOnPython(services, target),
    [COMMANDS.setUpPython]: async () => (await import('../python/set-up-command')).setUpCommand(services),
    [COMMANDS.startSweep]: async (target?: unknown) => (await sweep()).startSweep(services, target),
    [COMMANDS.showSweep]: async (run?: unknown) => (await sweep()).showSweep(services, run),
    [COMMANDS.resumeRun]: async (run?: unknown) => (await control()).resumeRun(services, run),
    [COMMANDS.pauseRun]: async (run?: unknown) => (await control()).pauseRun(services, run),
    [COMMANDS.stopRun]: async (run?: unknown) => (await control()).stopRun(services, run),
    [COMMANDS.refreshRuns]: () => services.runs.refresh(),
    [COMMANDS.renameRun]: async (run?: unknown) => (await manage()).renameRun(services, clicked(run)),
    [COMMANDS.deleteRun]: async (run?: unknown, selected?: unknown) =>
      (await manage()).deleteRuns(services, all(run, selected)),
    [COMMANDS.compareSelectedRuns]: async (run?: unknown, selected?: unknown) =>
      (await manage()).compareRuns(services, foldersOf(run, selected)),
    [COMMANDS.openRunLog]: async (run?: unknown) => (await manage()).openRunLog(services, run),
    [COMMANDS.revealRun]: async (run?: unknown) => (await manage()).revealRun(services, run),
    [COMMANDS.openRunFolder]: async (run?: unknown) => (await manage()).openRunFolder(services, run),
    [COMMANDS.useModel]: async (run?: unknown) => (await import('../use/use-model')).useModel(services, run),
    [COMMANDS.exportJob]: async (target?: unknown) => (await import('../use/export-job')).exportJob(services, target),
    [COMMANDS.pushRun]: async (run?: unknown) => (await import('../hub/push-run')).pushRun(services, run),
    [COMMANDS.duplicateConfiguration]: async (run?: unknown) =>
      (await configuration()).duplicateConfiguration(services, run),
    [COMMANDS.continueFromAdapter]: async (run?: unknown) => (await configuration()).continueFromAdapter(services, run),
  } satisfies SomeHandlers;
}

function isFromView(argument: unknown): boolean {
  return (argument as { readonly fromView?: unknown } | null | undefined)?.fromView === true;
}
