import * as vscode from 'vscode';
import type { DatasetDocuments } from './dataset-documents';

/** Updates what tells of the file in the active editor: now, whenever another is shown, and whenever a dataset is analysed or let go. */
export function followShown(documents: DatasetDocuments, update: () => void): vscode.Disposable {
  update();
  return vscode.Disposable.from(
    documents.onDidAnalyse(update),
    documents.onDidRemove(update),
    vscode.window.onDidChangeActiveTextEditor(update),
  );
}
