import * as vscode from 'vscode';

/** Everything that asks a person. A test puts its own in the place of this one: modal dialogs cannot be answered there. */
export interface Dialogs {
  pick(items: readonly vscode.QuickPickItem[], placeHolder: string): Promise<vscode.QuickPickItem | undefined>;
  pickSeveral(
    items: readonly vscode.QuickPickItem[],
    placeHolder: string,
  ): Promise<readonly vscode.QuickPickItem[] | undefined>;
  folder(title: string, label: string): Promise<vscode.Uri | undefined>;
  /** @param filters names of kinds of files, and their endings without the dot */
  file(title: string, label: string, filters: Record<string, string[]>): Promise<vscode.Uri | undefined>;
  /** Where to save a file. */
  save(options: vscode.SaveDialogOptions): Promise<vscode.Uri | undefined>;
  text(options: vscode.InputBoxOptions): Promise<string | undefined>;
  /** Returns the action that was chosen. */
  info(message: string, ...actions: string[]): Promise<string | undefined>;
  warn(message: string, ...actions: string[]): Promise<string | undefined>;
  error(message: string, ...actions: string[]): Promise<string | undefined>;
  /** Holds everything else up until an action is chosen or refused: for what cannot be undone, or must be decided now. */
  confirm(message: string, detail: string, ...actions: string[]): Promise<string | undefined>;
}

export const windowDialogs: Dialogs = {
  pick: async (items, placeHolder) => vscode.window.showQuickPick([...items], { placeHolder }),
  pickSeveral: async (items, placeHolder) =>
    // What was picked so far is not lost when a view takes the focus.
    vscode.window.showQuickPick([...items], { placeHolder, canPickMany: true, ignoreFocusOut: true }),
  folder: async (title, openLabel) => {
    const chosen = await vscode.window.showOpenDialog({
      title,
      openLabel,
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
    });
    return chosen?.[0];
  },
  file: async (title, openLabel, filters) => {
    const chosen = await vscode.window.showOpenDialog({ title, openLabel, filters, canSelectMany: false });
    return chosen?.[0];
  },
  save: async (options) => vscode.window.showSaveDialog(options),
  text: async (options) => vscode.window.showInputBox(options),
  info: async (message, ...actions) => vscode.window.showInformationMessage(message, ...actions),
  warn: async (message, ...actions) => vscode.window.showWarningMessage(message, ...actions),
  error: async (message, ...actions) => vscode.window.showErrorMessage(message, ...actions),
  confirm: async (message, detail, ...actions) =>
    vscode.window.showWarningMessage(message, { modal: true, detail }, ...actions),
};
