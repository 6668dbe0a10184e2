// The formats beside Q&A: what each example costs, and the tokens it becomes.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { exampleRow } from '../../../src/analysis/example-table';
import type { TrainingPreview } from '../../../src/messages/preview';
import { trainerBatch } from '../browser/trainer-batch';
import { analysed, extensionApi, open, sft } from './dataset-editor';
import { LIMIT_MILLISECONDS, test } from './runner';
import { hintsOf, textOf } from './token-hints';

const KINDS = ['alpaca', 'sharegpt', 'messages', 'prompt-completion'];
const FILES = KINDS.flatMap((kind) => ['json', 'jsonl'].map((ending) => `formats/${kind}.${ending}`));

interface Counted {
  readonly tokens: number;
  readonly trained: number;
}

for (const file of FILES) {
  test(`${file}: hints equal sft count`, async () => {
    const { document } = await open(file);
    const { examples } = (await sft(['count', document.uri.fsPath, '--model', model()])) as { examples: Counted[] };
    assert.equal(examples.length, 3);
    const hints = await hintsOf(document, new vscode.Range(0, 0, document.lineCount, 0));
    const shown = hints.map((hint) => textOf(hint).replaceAll(',', '').match(/\d+/g)!.slice(0, 2).map(Number));
    assert.deepEqual(
      shown,
      examples.map(({ tokens, trained }) => [tokens, trained]),
    );
  });

  test(`${file}: the preview of each example holds the tokens of the trainer's batch`, async () => {
    const editor = await open(file);
    const { document } = editor;
    const { count, examples } = await analysed(document);
    for (let index = 0; index < count; index++) {
      const preview = await previewed(editor, index, exampleRow(examples, index).offset + 1);
      assert.deepEqual(
        preview.tokens.map(({ id, trained }) => ({ id, trained })),
        await trainerBatch(document.uri.fsPath, model(), index),
      );
    }
    // With the view: one that stays open would show the next file before it is asked to.
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
}

function model(): string {
  return vscode.workspace.getConfiguration('sft').get<string>('model')!;
}

/** What the view is given of an example when the cursor is put at an offset in it and the command is run. */
async function previewed(editor: vscode.TextEditor, index: number, offset: number): Promise<TrainingPreview> {
  const { onDidPreview } = await extensionApi();
  const { document } = editor;
  const file = document.uri.path.replace(/^.*\//, '');
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`no preview of example ${index + 1} of ${file}`));
    }, LIMIT_MILLISECONDS);
    const subscription = onDidPreview((preview) => {
      if (preview.file !== file || preview.example !== index + 1) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(preview);
    });
    const at = document.positionAt(offset);
    editor.selection = new vscode.Selection(at, at);
    void vscode.commands.executeCommand('sft.previewTrainingSequence');
  });
}
