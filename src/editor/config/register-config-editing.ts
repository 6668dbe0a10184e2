import * as vscode from 'vscode';
import type { Services } from '../services';
import { hasConfigName } from './config-name';

/**
 * Help for sft.config.json, which is loaded with the first one that is opened; and `sft.applyConfigChanges`, which advice and checks call
 * with a configuration's path and new values for its keys.
 */
export function registerConfigEditing(services: Services): vscode.Disposable {
  let disposed = false;
  let editing: { dispose(): void } | undefined;
  let opening: vscode.Disposable | undefined;
  const look = ({ uri }: vscode.TextDocument): void => {
    if (!hasConfigName(uri) || opening === undefined) return;
    opening.dispose();
    opening = undefined;
    void import('./config-editing').then(({ ConfigEditing }) => {
      if (!disposed) editing = new ConfigEditing();
    });
  };
  opening = vscode.workspace.onDidOpenTextDocument(look);
  for (const document of vscode.workspace.textDocuments) look(document);
  return vscode.Disposable.from(
    vscode.commands.registerCommand('sft.applyConfigChanges', async (file: unknown, changes: unknown) =>
      (await import('./apply-changes')).applyConfigChanges(services, file, changes),
    ),
    {
      dispose: () => {
        disposed = true;
        opening?.dispose();
        editing?.dispose();
      },
    },
  );
}
