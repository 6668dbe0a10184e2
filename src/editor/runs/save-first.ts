import path from 'node:path';
import * as vscode from 'vscode';
import { isSamePath } from '../../base/same-path';
import type { Services } from '../services';
import { dataFilesOf } from './config-files';

/**
 * Training reads the disk: asks to save the configuration and its data where they are changed in an editor.
 * @returns whether they are on the disk now
 */
export async function saveFirst({ dialogs }: Services, config: vscode.Uri): Promise<boolean> {
  const files = [config.fsPath, ...(await dataFilesOf(config))];
  const dirty = vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && files.some((file) => isSamePath(file, uri.fsPath)),
  );
  if (dirty.length === 0) return true;
  const names = dirty.map(({ uri }) => path.basename(uri.fsPath)).join(' and ');
  const detail = 'Training reads the files on disk.';
  if ((await dialogs.confirm(`Save ${names}?`, detail, 'Save and Continue')) === undefined) return false;
  return saveAll(dialogs, dirty);
}

/** Saves a configuration the person has just had changed. */
export async function saveChanged({ dialogs }: Services, config: vscode.Uri): Promise<boolean> {
  return saveAll(
    dialogs,
    vscode.workspace.textDocuments.filter(({ isDirty, uri }) => isDirty && uri.toString() === config.toString()),
  );
}

async function saveAll(dialogs: Services['dialogs'], documents: readonly vscode.TextDocument[]): Promise<boolean> {
  for (const document of documents) {
    if (await document.save()) continue;
    void dialogs.error(`${path.basename(document.uri.fsPath)} could not be saved, so training was not started.`);
    return false;
  }
  return true;
}
