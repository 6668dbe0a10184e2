import * as vscode from 'vscode';
import { CONFIG_NAME } from '../../config/names';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import { setContext } from '../manifest/context';
import { CONTEXT } from '../manifest/context-keys';
import type { Services } from '../services';
import { SAMPLE_DATA, SAMPLE_MISTAKES } from './sample-files';

/** What of examples/ a person needs to try everything: data, configuration, base model, and what they are. */
const SAMPLE_FILES = ['README.md', SAMPLE_DATA, SAMPLE_MISTAKES, CONFIG_NAME, 'tiny-llama'];
const FOLDER_NAME = 'sft-sample';
/** The folder whose window shows the walkthrough as soon as it has opened. */
const TO_SHOW = 'sampleProjectToShow';

const WALKTHROUGH = 'sft-workbench.sft-workbench#sft.learn';

/** `SFT: Open Sample Project…`: a copy of the sample in a folder that the person picks, opened. Nothing is overwritten. */
export function sampleProjectCommands(services: Services) {
  void showAfterOpening(services.context);
  return { [COMMANDS.openSampleProject]: () => openSampleProject(services) } satisfies SomeHandlers;
}

/** @returns the folder of the copy; undefined where the person gave up */
async function openSampleProject(services: Services): Promise<vscode.Uri | undefined> {
  const { context, dialogs } = services;
  const parent = await dialogs.folder(
    `Where the sample project should go: a folder ${FOLDER_NAME} (7 MB) is created there`,
    'Copy the Sample Here',
  );
  if (parent === undefined) return undefined;
  let folder: vscode.Uri;
  try {
    folder = await copySample(vscode.Uri.joinPath(context.extensionUri, 'examples'), parent);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void dialogs.error(`The sample could not be copied to ${parent.fsPath}: ${reason}`);
    return undefined;
  }
  setContext(CONTEXT.learntSample, true);
  if (vscode.workspace.getWorkspaceFolder(folder) !== undefined) {
    await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, SAMPLE_DATA));
    return folder;
  }
  await openFolder(services, folder);
  return folder;
}

async function openFolder({ context, dialogs }: Services, folder: vscode.Uri): Promise<void> {
  const here = { label: 'Open in This Window' };
  const another = { label: 'Open in a New Window' };
  const beside = { label: 'Add to This Workspace', description: 'next to the folders that are open' };
  const nothingOpen = vscode.workspace.workspaceFolders === undefined;
  const chosen = nothingOpen ? here : await dialogs.pick([here, another, beside], `The sample is in ${folder.fsPath}`);
  if (chosen === undefined) return;
  if (chosen.label === beside.label) {
    const end = vscode.workspace.workspaceFolders?.length ?? 0;
    vscode.workspace.updateWorkspaceFolders(end, 0, { uri: folder });
    return;
  }
  await context.globalState.update(TO_SHOW, folder.toString());
  await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: chosen.label === another.label });
}

/** Copies into a new folder: `sft-sample`, or `sft-sample-2` where that is taken. @throws where it cannot be written */
async function copySample(examples: vscode.Uri, parent: vscode.Uri): Promise<vscode.Uri> {
  const folder = await freeFolder(parent);
  await vscode.workspace.fs.createDirectory(folder);
  for (const name of SAMPLE_FILES) {
    const [from, to] = [vscode.Uri.joinPath(examples, name), vscode.Uri.joinPath(folder, name)];
    await vscode.workspace.fs.copy(from, to, { overwrite: false });
  }
  return folder;
}

async function freeFolder(parent: vscode.Uri): Promise<vscode.Uri> {
  const entries = await vscode.workspace.fs.readDirectory(parent);
  const taken = new Set(entries.map(([name]) => name.toLowerCase()));
  let name = FOLDER_NAME;
  for (let number = 2; taken.has(name); number++) name = `${FOLDER_NAME}-${number}`;
  return vscode.Uri.joinPath(parent, name);
}

/** The window that the sample was opened in begins with the walkthrough, which opening the folder closed. */
async function showAfterOpening({ globalState }: vscode.ExtensionContext): Promise<void> {
  const wanted = globalState.get<string>(TO_SHOW);
  if (wanted === undefined) return;
  if (vscode.workspace.workspaceFolders?.some((folder) => folder.uri.toString() === wanted) !== true) return;
  await globalState.update(TO_SHOW, undefined);
  setContext(CONTEXT.learntSample, true);
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', WALKTHROUGH, false);
}
