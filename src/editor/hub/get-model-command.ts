import * as vscode from 'vscode';
import { runCommand } from '../manifest/commands';
import { COMMANDS } from '../manifest/command-ids';
import { writeSetting } from '../manifest/settings';
import { configurations, dataFilesOf, exists } from '../runs/config-files';
import type { Services } from '../services';
import { getModel } from './get-model';

/** `SFT: Get a Model…`, and what is likely next. */
export async function getModelCommand(services: Services): Promise<void> {
  const got = await getModel(services, await likelyData(services));
  if (got === undefined) return;
  const [train, count] = ['Start Training…', 'Count with Its Tokenizer'];
  const chosen = await services.dialogs.info(`${got.repo} is downloaded. Use its name as model_name.`, train, count);
  if (chosen === train) await runCommand(COMMANDS.startTraining);
  if (chosen === count) await writeSetting('sft.model', got.folder);
}

/** The dataset in front, else that of the first configuration of the workspace. */
async function likelyData({ documents }: Services): Promise<string | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.uri.scheme === 'file' && documents.isDataset(document)) return document.uri.fsPath;
  const [first] = await configurations();
  const [file] = first === undefined ? [] : await dataFilesOf(first);
  return file !== undefined && (await exists(file)) ? file : undefined;
}
