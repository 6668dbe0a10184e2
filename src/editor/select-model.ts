import * as vscode from 'vscode';
import { hubCacheFolder } from '../base/hub-cache';
import { cachedModels } from '../hub/cached-models';
import { getModel, GET_MODEL } from './hub/get-model';
import { writeSetting } from './manifest/settings';
import type { Services } from './services';
import { isModelFolder, modelFolders } from './settings';

const BROWSE = '$(folder-opened) Choose a folder…';
const NONE = '$(circle-slash) No model: estimate (≈)';

/** `SFT: Select Model`: the folder whose tokenizer counts; kept in the workspace's settings. */
export async function selectModel(services: Services): Promise<void> {
  const { dialogs } = services;
  const folders = (await modelFolders()).map((uri) => ({
    label: vscode.workspace.asRelativePath(uri),
    description: uri.fsPath,
  }));
  const cached = (await cachedModels(hubCacheFolder())).map(({ repo, folder }) => ({
    label: repo,
    description: folder,
  }));
  const items = [...folders, ...cached, { label: GET_MODEL }, { label: BROWSE }, { label: NONE }];
  const chosen = await dialogs.pick(items, 'The model used to count tokens');
  if (chosen === undefined) return;
  let folder = chosen.description ?? '';
  if (chosen.label === GET_MODEL) {
    const got = await getModel(services);
    if (got === undefined) return;
    folder = got.folder;
  }
  if (chosen.label === BROWSE) {
    const uri = await dialogs.folder('Folder of a model (with tokenizer.json)', 'Select Model');
    if (uri === undefined) return;
    if (!(await isModelFolder(uri))) {
      void dialogs.error(`${uri.fsPath} has no tokenizer.json - choose the folder of a Hugging Face model`);
      return;
    }
    folder = uri.fsPath;
  }
  await writeSetting('sft.model', folder === '' ? undefined : folder);
}
