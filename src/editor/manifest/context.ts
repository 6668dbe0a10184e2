import * as vscode from 'vscode';
import type { ContextKey, ContextValues } from './context-keys';

/** Sets a key that the manifest's when-clauses ask for. */
export function setContext<K extends ContextKey>(key: K, value: ContextValues[K]): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
