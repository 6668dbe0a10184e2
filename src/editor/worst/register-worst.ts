import * as vscode from 'vscode';
import { SftError } from '../../base/errors';
import { isSamePath } from '../../base/same-path';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import { readSetting } from '../manifest/settings';
import type { Services } from '../services';
import { WorstExamples, type WorstExample } from './worst-examples';
import { WorstHints } from './worst-hints';

/** As many as the setting allows. */
const MOST = 20;
/** Where the hints are switched off, the command still goes through so many. */
const USUAL = 5;

/** The examples that a run's model finds least likely: hints at them, and `SFT: Go to Worst Example`. */
export function registerWorst(services: Services) {
  const examples = new WorstExamples(services, MOST);
  const hints = new WorstHints(services, examples);
  const commands = {
    [COMMANDS.goToWorst]: async () => goToNext(services, examples),
    [COMMANDS.dismissWorst]: async (key: unknown) => {
      if (typeof key === 'string') await examples.dismiss(key);
      await hints.findAll();
    },
  } satisfies SomeHandlers;
  return Object.assign(vscode.Disposable.from(hints), { commands });
}

/** From one of them to the next worst, else to the worst of the data in front, else to the worst of the last run. */
async function goToNext({ dialogs }: Services, examples: WorstExamples): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const file = editor?.document.uri.scheme === 'file' ? editor.document.uri.fsPath : undefined;
  const set = readSetting('sft.worstExamples', editor?.document.uri ?? vscode.Uri.file('/'));
  const count = set === 0 ? USUAL : set;
  const here = file === undefined ? [] : await examples.of(file, count);
  const worst = here.length > 0 ? here : await examples.of(undefined, count);
  if (worst.length === 0) {
    void dialogs.info(
      'No run has measured the loss of each example yet: every run does so at its end, unless loss_examples is 0.',
    );
    return;
  }
  const { showExample } = await import('../dataset/show-example');
  const at = editor === undefined ? -1 : await numberAt(editor, worst);
  for (let step = 1; step <= worst.length; step++) {
    const { file: place, example, run } = worst[(at + step) % worst.length]!;
    try {
      await showExample(place, example, run.run.config.columns);
      return;
    } catch (error) {
      // It was edited since, as it should be: the next one.
      if (!(error instanceof SftError)) throw error;
    }
  }
  void dialogs.info(`The worst ${count} examples of ${worst[0]!.run.label} have all been edited since.`);
}

/** Which of them the cursor is in; -1 for none. */
async function numberAt({ document, selection }: vscode.TextEditor, all: readonly WorstExample[]): Promise<number> {
  const here = all.filter(({ file }) => isSamePath(file, document.uri.fsPath));
  const [first] = here;
  if (first === undefined) return -1;
  const { findExamples } = await import('../../dataset/find-example');
  const asked = here.map(({ example }) => example);
  const places = findExamples(first.file, document.getText(), asked, first.run.run.config.columns);
  const { line } = selection.active;
  const lineAt = (offset: number): number => document.positionAt(offset).line;
  const within = places.findIndex((place) => place && lineAt(place.offset) <= line && line <= lineAt(place.endOffset));
  return within < 0 ? -1 : all.indexOf(here[within]!);
}
