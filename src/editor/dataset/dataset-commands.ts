import * as vscode from 'vscode';
import type { Services } from '../services';

/** Every command for datasets but the views'. What a command does is loaded when it is first given. */
export function registerDatasetCommands(services: Services): vscode.Disposable {
  const { registerCommand } = vscode.commands;
  const fix = (): Promise<typeof import('./fix-commands')> => import('./fix-commands');
  return vscode.Disposable.from(
    registerCommand('sft.fixAll', async (uri?: vscode.Uri) => (await fix()).fixAll(services, uri)),
    registerCommand('sft.turnOffRule', async (rule: string, uri: vscode.Uri) => (await fix()).turnOffRule(rule, uri)),
    registerCommand('sft.selectModel', async () => (await import('../select-model')).selectModel(services)),
    registerCommand('sft.checkFile', async (uri?: vscode.Uri) =>
      (await import('./check-file-command')).checkFile(services, uri),
    ),
    registerCommand('sft.splitDataset', async (uri?: vscode.Uri) =>
      (await import('./split-command')).splitDataset(services, uri),
    ),
    registerCommand('sft.convertDataset', async (uri?: vscode.Uri) =>
      (await import('./convert-command')).convertDataset(services, uri),
    ),
  );
}
