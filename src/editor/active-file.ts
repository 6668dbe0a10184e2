import * as vscode from 'vscode';

/** The text file in front. Where a window is just opening its tab is known before its editor is: a command that is run then means it. */
export function activeFile(): vscode.Uri | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined) return editor.document.uri;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputText ? input.uri : undefined;
}

/** The document of {@link activeFile}, waited for where it is still being opened; undefined where it cannot be opened as text. */
export async function activeDocument(): Promise<vscode.TextDocument | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (editor !== undefined) return editor.document;
  const file = activeFile();
  if (file === undefined) return undefined;
  return vscode.workspace.openTextDocument(file).then(undefined, () => undefined);
}
