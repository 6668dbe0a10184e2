import { access } from 'node:fs/promises';
import * as vscode from 'vscode';
import { dataFiles } from '../../config/config-paths';
import { readFileLeniently, readLeniently } from '../../config/lenient-config';
import { CONFIG_GLOB, hasConfigName } from '../config/config-name';

const MOST = 200;

export function isConfiguration(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && hasConfigName(uri);
}

/** The configurations of the workspace, in the order of their paths. */
export async function configurations(): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(CONFIG_GLOB, '**/{node_modules,.git,.sft}/**', MOST);
  return found.filter(({ scheme }) => scheme === 'file').sort((a, b) => a.fsPath.localeCompare(b.fsPath));
}

/** The files of data that a configuration names, absolute, as the editor has its text: that which is learned from first. */
export async function dataFilesOf(config: vscode.Uri): Promise<string[]> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === config.toString());
  const file = config.fsPath;
  const read = open === undefined ? await readFileLeniently(file) : readLeniently(open.getText(), file);
  return read === undefined ? [] : dataFiles(read.paths);
}

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
