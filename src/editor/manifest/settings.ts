import * as vscode from 'vscode';
import { SETTING_DEFAULTS, type SettingId, type SettingValue } from './setting-defaults';

/** A setting as it holds for a file, or for the window. */
export function readSetting<S extends SettingId>(id: S, uri?: vscode.Uri): SettingValue<S> {
  return vscode.workspace.getConfiguration(undefined, uri).get<SettingValue<S>>(id, SETTING_DEFAULTS[id]);
}

/** Writes a setting, in the workspace where one is open, else for the user; undefined takes it out. */
export async function writeSetting<S extends SettingId>(
  id: S,
  value: SettingValue<S> | undefined,
  uri?: vscode.Uri,
): Promise<void> {
  const { Global, Workspace } = vscode.ConfigurationTarget;
  const target = vscode.workspace.workspaceFolders === undefined ? Global : Workspace;
  await vscode.workspace.getConfiguration(undefined, uri).update(id, value, target);
}

/** Whether an event is about one setting, or about any of the extension's. */
export function concerns(event: vscode.ConfigurationChangeEvent, id: SettingId | 'sft'): boolean {
  return event.affectsConfiguration(id);
}
