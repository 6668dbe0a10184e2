import * as vscode from 'vscode';
import type { Services } from '../services';

/** Everything the editor does with runs. The disk is looked at when activation is over. */
export function registerRuns(services: Services): vscode.Disposable {
  const start = setTimeout(() => {
    services.runs.start();
  });
  return new vscode.Disposable(() => {
    clearTimeout(start);
  });
}
