import * as vscode from 'vscode';
import type { Dialogs } from '../dialogs';

const SHOW = 'Show the Data';

/** Says why nothing was made of a dataset, and leads to it, where its problems stand. */
export async function tellRefused(dialogs: Dialogs, file: string, error: unknown): Promise<void> {
  if (error instanceof vscode.CancellationError) return;
  const message = error instanceof Error ? error.message : String(error);
  // Parquet is no text that could be shown.
  const actions = /\.parquet$/i.test(file) ? [] : [SHOW];
  if ((await dialogs.error(message, ...actions)) === SHOW) await vscode.window.showTextDocument(vscode.Uri.file(file));
}
