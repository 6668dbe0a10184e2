import type * as vscode from 'vscode';
import { parseHubModel } from '../../base/hub-cache';
import { readFileLeniently } from '../../config/lenient-config';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import { dataFilesOf, exists } from '../runs/config-files';
import { saveChanged } from '../runs/save-first';
import type { Services } from '../services';
import { getModel } from './get-model';

const ANOTHER = 'Get a Model…';

/**
 * Where the model that a configuration names is not here, offers to get it, or another one.
 * @param message what cannot be done then, and why
 * @returns whether the model is here now; undefined where the model is not what is missing
 */
export async function offerModel(
  services: Services,
  config: vscode.Uri,
  message: string,
): Promise<boolean | undefined> {
  const read = await readFileLeniently(config.fsPath);
  const model = read?.paths.model_name;
  if (typeof model !== 'string' || (await exists(model))) return undefined;
  const written = read?.written.model_name ?? '';
  const named = parseHubModel(written);
  const get = `Get ${written}`;
  const detail =
    named === undefined
      ? 'A model can be downloaded from the Hugging Face Hub.'
      : 'It may be a model on the Hugging Face Hub: you are asked before it is downloaded.';
  const actions = named === undefined ? [ANOTHER] : [get, ANOTHER];
  const chosen = await services.dialogs.confirm(message, detail, ...actions);
  if (chosen === undefined) return false;
  const [dataset] = await dataFilesOf(config);
  const data = dataset !== undefined && (await exists(dataset)) ? dataset : undefined;
  const got = await getModel(services, data, chosen === get ? named : undefined);
  if (got === undefined || chosen === get) return got !== undefined;
  const changed = await runCommand(COMMANDS.applyConfigChanges, config.fsPath, { model_name: got.repo });
  return changed === true && saveChanged(services, config);
}
