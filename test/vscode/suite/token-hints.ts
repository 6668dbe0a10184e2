import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { LIMIT_MILLISECONDS, test } from './runner';
import { open, sft } from './dataset-editor';

const EXAMPLES = 20;

interface Counted {
  readonly line: number;
  readonly tokens: number;
  readonly trained: number;
}

export function textOf(hint: vscode.InlayHint): string {
  return typeof hint.label === 'string' ? hint.label : hint.label.map((part) => part.value).join('');
}

/** The hints of a range, asked for until there are any: the extension counts in a worker, and VS Code has no event for hints. */
export async function hintsOf(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.InlayHint[]> {
  const end = performance.now() + LIMIT_MILLISECONDS;
  for (;;) {
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      range,
    );
    const counted = hints.filter((hint) => /\btok/.test(textOf(hint)));
    if (counted.length > 0) return counted;
    assert.ok(performance.now() < end, 'hints with token counts come');
  }
}

test('inlay hints equal sft count', async () => {
  const { document } = await open('nigeria-services.json');
  const model = vscode.workspace.getConfiguration('sft').get<string>('model')!;
  const { examples } = (await sft(['count', document.uri.fsPath, '--model', model])) as { examples: Counted[] };
  const lastLine = examples[EXAMPLES]!.line - 2;
  const range = new vscode.Range(0, 0, lastLine, 0);
  const hints = await hintsOf(document, range);
  const shown = hints.map((hint) => {
    const [tokens, trained] = textOf(hint).replaceAll(',', '').match(/\d+/g)!.map(Number);
    return { tokens, trained };
  });
  assert.deepEqual(
    shown,
    examples.slice(0, EXAMPLES).map(({ tokens, trained }) => ({ tokens, trained })),
  );
  hints.forEach((hint, index) => {
    assert.doesNotMatch(textOf(hint), /≈/, 'counted, not estimated');
    const { line } = examples[index]!;
    assert.ok(hint.position.line + 1 >= line && hint.position.line + 1 < examples[index + 1]!.line, 'at its example');
  });
});

test('hints follow what is typed', async () => {
  const editor = await open('nigeria-services.json');
  const { document } = editor;
  const range = new vscode.Range(0, 0, 6, 0);
  const [before] = await hintsOf(document, range);
  const at = document.positionAt(document.getText().indexOf('"answer": "') + '"answer": "'.length);
  await editor.edit((edit) => {
    edit.insert(at, 'Go to the office on any working day before noon. ');
  });
  const end = performance.now() + LIMIT_MILLISECONDS;
  for (;;) {
    const [after] = await hintsOf(document, range);
    if (Number.parseInt(textOf(after!), 10) > Number.parseInt(textOf(before!), 10)) break;
    assert.ok(performance.now() < end, 'the count grows');
  }
});
