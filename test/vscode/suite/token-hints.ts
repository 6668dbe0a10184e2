import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { LIMIT_MILLISECONDS, test } from './runner';
import { open, sft, workspaceFile, writeWorkspaceFile } from './dataset-editor';

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

test('hints follow the system prompt of the configuration', async () => {
  const model_name = vscode.workspace.getConfiguration('sft').get<string>('model')!;
  const configure = (system_prompt: string): Promise<vscode.Uri> =>
    writeWorkspaceFile(
      'prompted/sft.config.json',
      JSON.stringify({ model_name, dataset: 'data.json', max_seq_length: 900, system_prompt }),
    );
  const example = { question: 'Which office issues passports?', answer: 'The Nigeria Immigration Service.' };
  await writeWorkspaceFile('prompted/data.json', JSON.stringify([example]));
  try {
    await configure('Be brief.');
    const { document } = await open('prompted/data.json');
    const range = new vscode.Range(0, 0, document.lineCount, 0);
    const seen = new Set<number>();
    for (const prompt of ['Be brief.', 'Answer in one sentence, and be kind to everybody who asks.', '']) {
      const config = await configure(prompt);
      const { examples } = (await sft(['count', '--config', config.fsPath])) as { examples: Counted[] };
      const wanted = examples[0]!.tokens;
      seen.add(wanted);
      const end = performance.now() + LIMIT_MILLISECONDS;
      for (;;) {
        const [hint] = await hintsOf(document, range);
        if (Number.parseInt(textOf(hint!), 10) === wanted) break;
        assert.ok(performance.now() < end, `the hint becomes ${wanted} tokens: ${textOf(hint!)}`);
      }
    }
    assert.equal(seen.size, 3);
  } finally {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(workspaceFile('prompted'), { recursive: true });
  }
});
