import * as vscode from 'vscode';
import { activeDocument } from '../active-file';
import { addEdits } from './code-actions';
import { readSetting, writeSetting } from '../manifest/settings';
import type { Services } from '../services';

/** `SFT: Fix All`. Returns how many places were changed. One undo takes all of it back. */
export async function fixAll({ client, documents, dialogs }: Services, uri?: vscode.Uri): Promise<number> {
  const document = uri === undefined ? await activeDocument() : await vscode.workspace.openTextDocument(uri);
  if (document === undefined || !documents.isDataset(document)) {
    void dialogs.info('Open a dataset first.');
    return 0;
  }
  const edits = await client.ask('fixAll', { uri: document.uri.toString(), version: document.version });
  if (edits === undefined) {
    void dialogs.info('The file has changed: run the command again.');
    return 0;
  }
  if (edits.length === 0) {
    void dialogs.info('Nothing can be fixed automatically: look at each finding.');
    return 0;
  }
  const edit = new vscode.WorkspaceEdit();
  addEdits(edit, document, edits);
  return (await vscode.workspace.applyEdit(edit)) ? edits.length : 0;
}

/** "Turn off the rule": in the settings of the workspace. */
export async function turnOffRule(rule: string, uri: vscode.Uri): Promise<void> {
  await writeSetting('sft.rules', { ...readSetting('sft.rules', uri), [rule]: 'off' }, uri);
}
