import * as vscode from 'vscode';
import { CONFIG_NAME } from '../../config/names';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';

const DATA = 'nigeria-services.json';

/**
 * The buttons of the walkthrough that need a file of the sample in view. VS Code ticks a step off when its own command has run, which
 * is why each has one.
 */
export function learnCommands(services: Services) {
  return {
    [COMMANDS.learnData]: () => show(services, DATA),
    [COMMANDS.learnTokens]: async () => {
      if ((await show(services, DATA)) === undefined) return;
      await runCommand(COMMANDS.previewTrainingSequence);
    },
    [COMMANDS.learnConfiguration]: () => show(services, CONFIG_NAME),
    [COMMANDS.learnTrain]: async () => {
      const editor = await show(services, CONFIG_NAME);
      if (editor !== undefined) await runCommand(COMMANDS.startTraining, editor.document.uri);
    },
    [COMMANDS.learnMarks]: () => showMarks(services),
  } satisfies SomeHandlers;
}

/** The dashboard of the newest run that is done: those have their marks. */
async function showMarks({ runs, dialogs }: Services): Promise<void> {
  const done = runs.list().find((run) => run.state.status === 'done');
  if (done === undefined) void dialogs.info('No run is done yet: train first, the marks come at the end.');
  else await runCommand(COMMANDS.showDashboard, done.folder.path);
}

/** A file of the sample in an editor, with the first example or key in view; undefined where no sample is open. */
async function show({ dialogs }: Services, name: string): Promise<vscode.TextEditor | undefined> {
  const file = await sampleFile(name);
  if (file === undefined) {
    const open = 'Open Sample Project…';
    const answer = await dialogs.info('This step works on the sample project, which is not open here.', open);
    if (answer === open) await runCommand(COMMANDS.openSampleProject);
    return undefined;
  }
  const editor = await vscode.window.showTextDocument(file);
  // On the first value, where hints, hovers and the preview have something to show.
  const start = editor.document.positionAt(editor.document.getText().indexOf('"') + 1);
  editor.selection = new vscode.Selection(start, start);
  return editor;
}

/** The sample's file in the folders that are open: the one whose folder holds the sample's data, not any configuration. */
async function sampleFile(name: string): Promise<vscode.Uri | undefined> {
  for (const data of await vscode.workspace.findFiles(`**/${DATA}`, '**/node_modules/**')) {
    const file = vscode.Uri.joinPath(data, '..', name);
    const found = await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
