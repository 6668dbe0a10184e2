import * as vscode from 'vscode';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import type { Services } from '../services';
import { hasConfigName } from './config-name';

/**
 * Help for sft.config.json, which is loaded with the first one that is opened; and the command that changes it, which advice and checks
 * give.
 */
export function registerConfigEditing(services: Services) {
  let disposed = false;
  let editing: { dispose(): void } | undefined;
  let opening: vscode.Disposable | undefined;
  const look = ({ uri }: vscode.TextDocument): void => {
    if (!hasConfigName(uri) || opening === undefined) return;
    opening.dispose();
    opening = undefined;
    void import('./config-editing').then(({ ConfigEditing }) => {
      if (!disposed) editing = new ConfigEditing(services.context);
    });
  };
  opening = vscode.workspace.onDidOpenTextDocument(look);
  for (const document of vscode.workspace.textDocuments) look(document);
  return {
    commands: {
      [COMMANDS.applyConfigChanges]: async (file: unknown, changes: unknown) =>
        (await import('./apply-changes')).applyConfigChanges(services, file, changes),
    } satisfies SomeHandlers,
    dispose: () => {
      disposed = true;
      opening?.dispose();
      editing?.dispose();
    },
  };
}
