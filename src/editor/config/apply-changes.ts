import path from 'node:path';
import * as vscode from 'vscode';
import { changeConfigText, type ConfigChanges } from '../../config/change-config';
import { CONFIG_SCHEMA } from '../../config/config-schema';
import { formatError, SftError } from '../../base/errors';
import type { Services } from '../services';

/**
 * Edits a configuration where the person sees it. One undo takes it back, and saving is left to the person.
 * @param file path of the configuration
 * @param changes new values for its keys
 * @returns whether the configuration holds these values now
 */
export async function applyConfigChanges({ dialogs }: Services, file: unknown, changes: unknown): Promise<boolean> {
  if (typeof file !== 'string' || !isConfigChanges(changes)) {
    throw new Error('sft.applyConfigChanges takes the path of a configuration and new values for its keys');
  }
  const uri = vscode.Uri.file(file);
  const document = await vscode.workspace.openTextDocument(uri).then(undefined, () => undefined);
  if (document === undefined) {
    void dialogs.error(`${uri.fsPath} cannot be opened: was it moved or deleted? Nothing was changed.`);
    return false;
  }
  const before = document.getText();
  let after: string;
  try {
    after = changeConfigText(before, changes, uri.fsPath);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    await vscode.window.showTextDocument(document);
    void dialogs.error(`The configuration could not be changed: ${formatError(error)}`);
    return false;
  }
  const editor = await vscode.window.showTextDocument(document);
  if (after === before) {
    void dialogs.info(`${path.basename(uri.fsPath)} already has these values.`);
    return true;
  }
  const { start, end, text } = difference(before, after);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, range, text);
  if (!(await vscode.workspace.applyEdit(edit))) {
    void dialogs.error(`${uri.fsPath} cannot be edited now. Nothing was changed: try again.`);
    return false;
  }
  const changed = new vscode.Range(document.positionAt(start), document.positionAt(start + text.length));
  editor.selection = new vscode.Selection(changed.start, changed.end);
  editor.revealRange(changed, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return true;
}

/** What lies between the longest common beginning and end of two texts. */
function difference(before: string, after: string): { start: number; end: number; text: string } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}

function isConfigChanges(value: unknown): value is ConfigChanges {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).every((key) => Object.hasOwn(CONFIG_SCHEMA.properties, key))
  );
}
