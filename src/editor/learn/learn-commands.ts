import * as vscode from 'vscode';
import { CONFIG_NAME } from '../../config/names';
import type { RunSummary } from '../../runs/read-runs';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import { setContext } from '../manifest/context';
import { CONTEXT, type ContextKey } from '../manifest/context-keys';
import { mayRun } from '../runs/trust';
import type { Services } from '../services';
import { SAMPLE_DATA, SAMPLE_MISTAKES } from './sample-files';

/** The buttons of the walkthrough that need a file of the sample in view. A step is ticked off when what its button does has succeeded. */
export function learnCommands(services: Services) {
  return {
    [COMMANDS.learnData]: async () => {
      learnt(CONTEXT.learntData, (await show(services, SAMPLE_DATA)) !== undefined);
    },
    [COMMANDS.learnMistakes]: () => show(services, SAMPLE_MISTAKES),
    [COMMANDS.learnTokens]: async () => {
      if ((await show(services, SAMPLE_DATA)) === undefined) return;
      await runCommand(COMMANDS.previewTrainingSequence);
      learnt(CONTEXT.learntTokens, true);
    },
    [COMMANDS.learnConfiguration]: async () => {
      learnt(CONTEXT.learntSettings, (await show(services, CONFIG_NAME)) !== undefined);
    },
    [COMMANDS.learnTrain]: async () => {
      const editor = await show(services, CONFIG_NAME);
      if (editor === undefined) return;
      learnt(CONTEXT.learntTrain, (await runCommand(COMMANDS.startTraining, editor.document.uri)) !== undefined);
    },
    [COMMANDS.learnCurves]: () =>
      showNewest(
        services,
        CONTEXT.learntCurves,
        () => true,
        'There is no run yet: train first, the curves come while it runs.',
      ),
    [COMMANDS.learnScores]: () =>
      showNewest(
        services,
        CONTEXT.learntScores,
        ({ state }) => state.status === 'done',
        'No run has finished yet: train first; the scores come at the end.',
      ),
    [COMMANDS.learnNext]: async () => {
      if (!(await mayRun(services))) return;
      const { newConfiguration } = await import('../runs/new-config');
      const config = await newConfiguration(services);
      if (config === undefined) return;
      learnt(CONTEXT.learntNext, true);
      await runCommand(COMMANDS.startTraining, config);
    },
  } satisfies SomeHandlers;
}

/** The step of the mistakes is ticked off when no error and no warning is left in the person's copy of them. */
export function watchMistakes({ documents }: Services): vscode.Disposable {
  return documents.onDidAnalyse(({ document, result }) => {
    if (!document.uri.path.endsWith(`/${SAMPLE_MISTAKES}`) || !result.complete) return;
    const { error, warning } = result.findingsBySeverity;
    learnt(CONTEXT.learntMistakes, result.count > 0 && error + warning === 0);
  });
}

type Learnt = Exclude<ContextKey, typeof CONTEXT.datasets>;

/** VS Code keeps a step ticked once its key has been true. */
function learnt(key: Learnt, done: boolean): void {
  if (done) setContext(key, true);
}

/** The dashboard of the newest of the runs that have what the step is about. @param none is said where there is no such run */
async function showNewest(
  { runs, dialogs }: Services,
  key: Learnt,
  isMeant: (run: RunSummary) => boolean,
  none: string,
): Promise<void> {
  await runs.refresh();
  const newest = runs.list().find(isMeant);
  if (newest === undefined) {
    void dialogs.info(none);
    return;
  }
  await runCommand(COMMANDS.showDashboard, newest.folder.path);
  learnt(key, true);
}

/** A file of the sample in an editor, with the first example or key in view; undefined where no sample is open. */
async function show({ dialogs }: Services, name: string): Promise<vscode.TextEditor | undefined> {
  const file = await sampleFile(name);
  if (file === undefined) {
    const open = 'Open Sample Project…';
    const answer = await dialogs.info('This step uses the sample project, which is not open here.', open);
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
  for (const data of await vscode.workspace.findFiles(`**/${SAMPLE_DATA}`, '**/node_modules/**')) {
    const file = vscode.Uri.joinPath(data, '..', name);
    const found = await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
