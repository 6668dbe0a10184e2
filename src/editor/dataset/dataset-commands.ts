import type * as vscode from 'vscode';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import type { Services } from '../services';

/** Every command for datasets but the views'. What a command does is loaded when it is first given. */
export function datasetCommands(services: Services) {
  const fix = (): Promise<typeof import('./fix-commands')> => import('./fix-commands');
  return {
    [COMMANDS.fixAll]: async (uri?: vscode.Uri) => (await fix()).fixAll(services, uri),
    [COMMANDS.turnOffRule]: async (rule: string, uri: vscode.Uri) => (await fix()).turnOffRule(rule, uri),
    [COMMANDS.mapColumns]: async (uri?: vscode.Uri) => (await import('./map-columns')).mapColumns(services, uri),
    [COMMANDS.getModel]: async () => (await import('../hub/get-model-command')).getModelCommand(services),
    [COMMANDS.selectModel]: async () => (await import('../select-model')).selectModel(services),
    [COMMANDS.checkFile]: async (uri?: vscode.Uri) => (await import('./check-file-command')).checkFile(services, uri),
    [COMMANDS.splitDataset]: async (uri?: vscode.Uri) => (await import('./split-command')).splitDataset(services, uri),
    [COMMANDS.convertDataset]: async (uri?: vscode.Uri) =>
      (await import('./convert-command')).convertDataset(services, uri),
  } satisfies SomeHandlers;
}
