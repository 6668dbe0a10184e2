import * as vscode from 'vscode';

/** Shows where a file or folder lies: in the desktop's file manager, which shows this machine's files only, else in the explorer. */
export async function revealFile(file: string): Promise<void> {
  const local = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  const command = local ? 'revealFileInOS' : 'revealInExplorer';
  await vscode.commands.executeCommand(command, vscode.Uri.file(file));
}
