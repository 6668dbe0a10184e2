import * as vscode from 'vscode';
import { activeFile } from '../active-file';
import type { Dialogs } from '../dialogs';

/**
 * The file that a command is about: the one chosen in the explorer, else the one in the editor, saved first.
 * @returns its path; undefined where it is not on disk, which the person is told, or cannot be saved
 */
export async function fileOnDisk(dialogs: Dialogs, uri?: vscode.Uri): Promise<string | undefined> {
  const file = uri ?? activeFile();
  if (file?.scheme !== 'file') {
    void dialogs.info('Save the dataset to disk first.');
    return undefined;
  }
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === file.toString());
  if (open?.isDirty === true && !(await open.save())) return undefined;
  return file.fsPath;
}
