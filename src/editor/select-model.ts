import * as vscode from 'vscode';
import { writeSetting } from './manifest/settings';
import type { Services } from './services';
import { isModelFolder, modelFolders } from './settings';

const BROWSE = '$(folder-opened) Choose a folder…';
const NONE = '$(circle-slash) No model: estimate (≈)';

/** `SFT: Select Model`: the folder whose tokenizer counts; kept in the workspace's settings. */
export async function selectModel({ dialogs }: Services): Promise<void> {
  const folders = (await modelFolders()).map((uri) => ({
    label: vscode.workspace.asRelativePath(uri),
    description: uri.fsPath,
  }));
  const items = [...folders, { label: BROWSE }, { label: NONE }];
  const chosen = await dialogs.pick(items, 'The model whose tokens are counted');
  if (chosen === undefined) return;
  let folder = chosen.description ?? '';
  if (chosen.label === BROWSE) {
    const uri = await dialogs.folder('Folder of a model (with tokenizer.json)', 'Select Model');
    if (uri === undefined) return;
    if (!(await isModelFolder(uri))) {
      void dialogs.error(`${uri.fsPath} holds no tokenizer.json - choose the folder of a Hugging Face model`);
      return;
    }
    folder = uri.fsPath;
  }
  await writeSetting('sft.model', folder === '' ? undefined : folder);
}
