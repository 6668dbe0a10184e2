import * as vscode from 'vscode';
import { SftError } from '../../base/errors';
import type { Columns } from '../../dataset/columns';
import { findExample } from '../../dataset/find-example';

/**
 * Shows an example where it stands now.
 * @throws SftError where the file is gone, or the example is
 */
export async function showExample(
  file: string,
  asked: { readonly line: number; readonly question: string; readonly reference: string },
  columns: Columns | null,
  where: vscode.ViewColumn = vscode.ViewColumn.Active,
): Promise<void> {
  const document = await openFile(file, asked.line);
  await showPlace(document, findExample(file, document.getText(), asked, columns), where);
}

/** @throws SftError where the file is gone */
export async function showLine(file: string, line: number): Promise<void> {
  await showPlace(await openFile(file, line), line);
}

/** @throws SftError where it is gone, or holds no text */
async function openFile(file: string, line: number): Promise<vscode.TextDocument> {
  if (/\.parquet$/i.test(file)) {
    const remedy = 'SFT: Convert Dataset… writes it as readable lines';
    throw new SftError('unreadable', `row ${line} of a Parquet file cannot be shown`, { file, remedy });
  }
  return vscode.workspace.openTextDocument(vscode.Uri.file(file)).then(undefined, (cause: unknown) => {
    throw new SftError('unreadable', 'cannot be opened', { file, remedy: 'was it moved or deleted since?', cause });
  });
}

async function showPlace(
  document: vscode.TextDocument,
  line: number,
  viewColumn = vscode.ViewColumn.Active,
): Promise<void> {
  const place = new vscode.Position(Math.min(line, document.lineCount) - 1, 0);
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(place, place), viewColumn });
}
