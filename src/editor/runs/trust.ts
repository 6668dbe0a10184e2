import * as vscode from 'vscode';
import type { Services } from '../services';

const MANAGE = 'Manage Workspace Trust';

/** Whether this workspace may run the engine on its files; where not, the person is told why and can change it. */
export async function mayRun({ dialogs }: Services): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const chosen = await dialogs.warn(
    'This folder is restricted: training would run programs on its model and data. Trust it first if you know where it comes from.',
    MANAGE,
  );
  if (chosen === MANAGE) await vscode.commands.executeCommand('workbench.trust.manage');
  return vscode.workspace.isTrusted;
}
