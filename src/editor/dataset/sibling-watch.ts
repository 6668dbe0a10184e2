import path from 'node:path';
import * as vscode from 'vscode';
import { otherParts, splitPart } from '../../dataset/split/other-sides';

/**
 * Says when one of the files beside `uri` that are other parts of its split appears, changes or goes. A file that is no part by its name
 * costs nothing.
 */
export function watchSiblings(uri: vscode.Uri, onChange: () => void): vscode.Disposable | undefined {
  if (uri.scheme !== 'file' || splitPart(uri.fsPath) === undefined) return undefined;
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), '*'),
  );
  const look = (changed: vscode.Uri): void => {
    if (otherParts(uri.fsPath, [path.basename(changed.fsPath)]).length > 0) onChange();
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(look),
    watcher.onDidChange(look),
    watcher.onDidDelete(look),
  );
}
