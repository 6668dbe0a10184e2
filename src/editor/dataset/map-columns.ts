import path from 'node:path';
import * as vscode from 'vscode';
import { CONFIG_NAME } from '../../config/names';
import { nearestConfigFile } from '../../config/nearest';
import { likeliest, renameEdits, textKeys } from '../../dataset/own-keys';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import { activeFile } from '../active-file';
import type { Services } from '../services';
import { addEdits } from './code-actions';

/**
 * Asks which fields of a dataset are question and answer, and writes that down: in the configuration, or in the file itself.
 * @param chosen the dataset; else it is the one in the editor
 */
export async function mapColumns({ dialogs }: Services, chosen?: vscode.Uri): Promise<boolean> {
  const uri = chosen ?? activeFile();
  if (uri === undefined) {
    void dialogs.info('Open the data first: a JSON, JSONL, CSV or TSV file.');
    return false;
  }
  const document = await vscode.workspace.openTextDocument(uri);
  const file = document.languageId === 'jsonl' ? 'x.jsonl' : uri.fsPath;
  const text = document.getText();
  const keys = textKeys(file, text);
  if (keys.length < 2) {
    void dialogs.info('The examples do not have two text fields that could be question and answer.');
    return false;
  }
  const ask = async (ours: 'question' | 'answer', of: readonly string[]): Promise<string | undefined> => {
    const items = likeliest(of, ours).map((label) => ({ label }));
    return (await dialogs.pick(items, `The field that holds the ${ours}`))?.label;
  };
  const question = await ask('question', keys);
  const answer =
    question === undefined
      ? undefined
      : await ask(
          'answer',
          keys.filter((key) => key !== question),
        );
  if (question === undefined || answer === undefined) return false;

  const config = uri.scheme === 'file' ? await nearestConfigFile(path.dirname(uri.fsPath)) : undefined;
  const pair = `"${question}" is the question, "${answer}" the answer`;
  const inConfig = {
    label: `$(gear) Set columns in ${config === undefined ? '' : vscode.workspace.asRelativePath(config.file)}`,
    detail: `columns: ${pair}; the data file is not changed`,
  };
  const inFile = {
    label: '$(edit) Rename the keys in this file',
    detail: 'to "question" and "answer", in every example',
  };
  // A field that has the name already would stand twice.
  const clash = keys.some((key) => (key === 'question' && question !== key) || (key === 'answer' && answer !== key));
  const ways = [...(config === undefined ? [] : [inConfig]), ...(clash ? [] : [inFile])];
  if (ways.length === 0) {
    void dialogs.info(
      `Write ${CONFIG_NAME} beside the data first: its "columns" can say so, and the keys cannot be renamed.`,
    );
    return false;
  }
  const way = await dialogs.pick(ways, 'How to read these fields');
  if (way === undefined) return false;
  if (config !== undefined && way.label === inConfig.label) {
    const columns = { ...config.config.values.columns, question, answer };
    if ((await runCommand(COMMANDS.applyConfigChanges, config.file, { columns })) !== true) return false;
    // The data has been left, and its errors stay until then.
    void dialogs.info(`Save ${path.basename(config.file)}: ${path.basename(uri.fsPath)} is then read by these fields.`);
    return true;
  }
  const names = new Map([
    [question, 'question'],
    [answer, 'answer'],
  ]);
  const edit = new vscode.WorkspaceEdit();
  addEdits(edit, document, renameEdits(file, text, names));
  return vscode.workspace.applyEdit(edit);
}
