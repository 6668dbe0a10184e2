import * as vscode from 'vscode';
import { formatError, SftError } from '../../base/errors';
import { writeLabel } from '../../runs/label';
import type { RunSummary } from '../../runs/read-runs';
import { isWorking } from '../../runs/folder/run-status';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';
import { revealFile } from '../reveal-file';
import { exists } from './config-files';
import { chooseRun } from './run-choice';
import { choiceDescription } from './run-description';

const NONE = 'There are no runs yet. SFT: Start Training makes one.';

export async function renameRun(services: Services, argument: unknown): Promise<void> {
  const run = await chooseRun(services, argument, { placeHolder: 'Which run should be renamed?', none: NONE });
  if (run === undefined) return;
  const label = await services.dialogs.text({
    prompt: `The name to show; leave it empty for the configuration's (${run.run.name})`,
    value: run.name,
  });
  if (label === undefined) return;
  try {
    await writeLabel(run.folder.path, label === run.run.name ? '' : label);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    void services.dialogs.error(`The run cannot be renamed: ${formatError(error)}`);
  }
  await services.runs.reload(run.folder.path);
}

/** @returns whether the runs are gone */
export async function deleteRuns(services: Services, folders: readonly string[]): Promise<boolean> {
  const { dialogs, runs } = services;
  const asked = folders.length > 0 ? folders : [undefined];
  const chosen: RunSummary[] = [];
  for (const folder of asked) {
    const run = await chooseRun(services, folder, { placeHolder: 'Which run should be deleted?', none: NONE });
    if (run === undefined) return false;
    // As the disk has it: another window may have resumed it.
    chosen.push((await runs.reload(run.folder.path)) ?? run);
  }
  const working = chosen.find(({ state }) => isWorking(state.status));
  if (working !== undefined) {
    void dialogs.warn(`${working.label} is in progress. Stop it before you delete it.`);
    return false;
  }
  const what = chosen.length === 1 ? `the run ${chosen[0]!.label}` : `${chosen.length} runs`;
  const detail = 'Checkpoints, results and logs are deleted too. The configuration and the data stay.';
  if ((await dialogs.confirm(`Delete ${what}?`, detail, 'Move to Trash')) === undefined) return false;
  for (const { folder } of chosen) if (!(await deleteFolder(services, folder.path))) return false;
  await runs.refresh();
  return true;
}

async function deleteFolder({ dialogs }: Services, folder: string): Promise<boolean> {
  const uri = vscode.Uri.file(folder);
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
    return true;
  } catch {
    // Remote machines and some disks have no trash.
    const detail = `There is no trash for ${folder}.`;
    if ((await dialogs.confirm('Delete it permanently?', detail, 'Delete Permanently')) === undefined) return false;
  }
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
    return true;
  } catch (error) {
    void dialogs.error(`${folder} cannot be deleted: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

export async function compareRuns({ dialogs, runs }: Services, folders: readonly string[]): Promise<void> {
  let chosen = folders;
  if (chosen.length < 2) {
    const items = runs.list().map((run, _at, all) => ({
      label: run.label,
      description: choiceDescription(run, all),
      picked: folders.includes(run.folder.path),
      folder: run.folder.path,
    }));
    const picked = await dialogs.pickSeveral(items, 'Two or more runs to compare');
    if (picked === undefined) return;
    chosen = items.filter((item) => picked.includes(item)).map(({ folder }) => folder);
  }
  if (chosen.length < 2) void dialogs.info('Choose at least two runs to compare.');
  else await runCommand(COMMANDS.compareRuns, [...chosen]);
}

export async function openRunLog(services: Services, argument: unknown): Promise<void> {
  const run = await chooseRun(services, argument, { placeHolder: 'The log of which run?', none: NONE });
  if (run === undefined) return;
  const { logFile, outputFile } = run.folder;
  // A worker that could not begin has left only what its process printed.
  for (const file of [logFile, outputFile]) {
    if (!(await exists(file))) continue;
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
    return;
  }
  void services.dialogs.info(`${run.label} has written no log yet.`);
}

export async function revealRun(services: Services, argument: unknown): Promise<void> {
  const run = await chooseRun(services, argument, { placeHolder: 'Which run should be shown?', none: NONE });
  if (run === undefined) return;
  await revealFile(run.folder.runFile);
}

export async function openRunFolder(services: Services, argument: unknown): Promise<void> {
  const run = await chooseRun(services, argument, { placeHolder: 'The folder of which run?', none: NONE });
  if (run === undefined) return;
  const options = { forceNewWindow: true };
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(run.folder.path), options);
}
