import * as vscode from 'vscode';
import { countOf } from '../../base/count-of';
import type { AnalysisResult } from '../../analysis/protocol';
import { activeDocument } from '../active-file';
import { addEdits } from './code-actions';
import { readSetting, writeSetting } from '../manifest/settings';
import type { Services } from '../services';

/** `SFT: Fix All`. Returns how many places were changed, and tells it with what is left. One undo takes all of it back. */
export async function fixAll(services: Services, uri?: vscode.Uri): Promise<number> {
  const { client, documents, dialogs } = services;
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
    void dialogs.info(`Nothing can be fixed automatically. ${leftText(documents.current(document))}`);
    return 0;
  }
  const edit = new vscode.WorkspaceEdit();
  addEdits(edit, document, edits);
  if (!(await vscode.workspace.applyEdit(edit))) return 0;
  void tellFixed(services, document.uri, edits.length);
  return edits.length;
}

async function tellFixed({ documents, dialogs }: Services, uri: vscode.Uri, places: number): Promise<void> {
  const left = leftText(await documents.analysed(uri));
  void dialogs.info(`Fixed ${countOf(places, 'place')}; Undo takes it back. ${left}`);
}

/** What only a person can decide, as Problems counts it. */
function leftText(result: AnalysisResult | undefined): string {
  if (result === undefined) return '';
  const { error, warning, info } = result.findingsBySeverity;
  const left = error + warning + info;
  if (left === 0) return 'No problem is left.';
  return `${countOf(left, 'problem')} ${left === 1 ? 'is' : 'are'} left for you to decide: F8 goes to the next.`;
}

/** "Turn off the rule": in the settings of the workspace. */
export async function turnOffRule(rule: string, uri: vscode.Uri): Promise<void> {
  await writeSetting('sft.rules', { ...readSetting('sft.rules', uri), [rule]: 'off' }, uri);
}
