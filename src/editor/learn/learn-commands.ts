import * as vscode from 'vscode';
import type { Services } from '../services';

const DATA = 'nigeria-services.json';
const CONFIGURATION = 'sft.config.json';

/**
 * The buttons of the walkthrough that need a file of the sample in view. VS Code ticks a step off when its own command has run, which
 * is why each has one.
 */
export function registerLearnCommands(services: Services): vscode.Disposable {
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    'sft.learn.showData': () => show(services, DATA),
    'sft.learn.previewTokens': async () => {
      if ((await show(services, DATA)) === undefined) return;
      await vscode.commands.executeCommand('sft.previewTrainingSequence');
    },
    'sft.learn.showConfiguration': () => show(services, CONFIGURATION),
    'sft.learn.train': async () => {
      const editor = await show(services, CONFIGURATION);
      if (editor !== undefined) await vscode.commands.executeCommand('sft.startTraining', editor.document.uri);
    },
    'sft.learn.showMarks': () => showMarks(services),
  };
  return vscode.Disposable.from(
    ...Object.entries(steps).map(([command, step]) => vscode.commands.registerCommand(command, step)),
  );
}

/** The dashboard of the newest run that is done: those have their marks. */
async function showMarks({ runs, dialogs }: Services): Promise<void> {
  const done = runs.list().find((run) => run.state.status === 'done');
  if (done === undefined) void dialogs.info('No run is done yet: train first, the marks come at the end.');
  else await vscode.commands.executeCommand('sft.showDashboard', done.folder.path);
}

/** A file of the sample in an editor, with the first example or key in view; undefined where no sample is open. */
async function show({ dialogs }: Services, name: string): Promise<vscode.TextEditor | undefined> {
  const file = await sampleFile(name);
  if (file === undefined) {
    const open = 'Open Sample Project…';
    const answer = await dialogs.info('This step works on the sample project, which is not open here.', open);
    if (answer === open) await vscode.commands.executeCommand('sft.openSampleProject');
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
