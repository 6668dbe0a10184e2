import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { describeRange, findingsWhen, open } from './dataset-editor';
import { LIMIT_MILLISECONDS, test } from './runner';

let folders = 0;

/** Opens a sft.config.json with this text, in a folder of its own, so that no dataset of the workspace takes it for its own. */
async function openConfig(text: string): Promise<vscode.TextEditor> {
  folders += 1;
  const name = `configured-${folders}/sft.config.json`;
  const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name);
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  return await open(name);
}

/** Waits until the diagnostics on the configuration, from whomever, are as wanted. */
async function diagnosticsWhen(
  uri: vscode.Uri,
  settled: (found: readonly vscode.Diagnostic[]) => boolean,
): Promise<vscode.Diagnostic[]> {
  return await new Promise((resolve, reject) => {
    const look = (): void => {
      const found = vscode.languages.getDiagnostics(uri);
      if (!settled(found)) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(found);
    };
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`the diagnostics are ${JSON.stringify(vscode.languages.getDiagnostics(uri))}`));
    }, LIMIT_MILLISECONDS);
    const subscription = vscode.languages.onDidChangeDiagnostics(look);
    look();
  });
}

const hasCode = (code: string) => (found: readonly vscode.Diagnostic[]) => found.some((one) => one.code === code);

function completions(uri: vscode.Uri, position: vscode.Position): Thenable<vscode.CompletionList> {
  return vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', uri, position);
}

async function hoverText(uri: vscode.Uri, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, position);
  return (
    hovers
      .flatMap((hover) => hover.contents)
      .map((part) => (part instanceof vscode.MarkdownString ? part.value : ''))
      .join('\n')
      // As it is shown: appendText keeps runs of blanks by writing each as an entity.
      .replaceAll('&nbsp;', ' ')
  );
}

const LABELS = (list: vscode.CompletionList): string[] =>
  list.items.map((item) => (typeof item.label === 'string' ? item.label : item.label.label));

test('sft.config.json: mistakes and advice stand on their keys, once', async () => {
  const { document } = await openConfig(
    '{\n  "model_name": "none",\n  "dataset": "../nigeria-services.json",\n  "learning_rate": 0.1,\n  "lora_rank": 8,\n  "seed": "1"\n}\n',
  );
  const found = await diagnosticsWhen(
    document.uri,
    (now) => hasCode('no-dropout')(now) && now.some((one) => one.message.includes('does not exist')),
  );
  const lines = found.map((one) => `${describeRange(one.range)} ${one.message.split(' - ')[0]!}`).toSorted();
  assert.equal(lines.length, 5, lines.join('\n'));
  assert.match(lines[0]!, /^2:3-2:15 model_name: .*none does not exist$/);
  assert.match(lines[1]!, /^3:3-3:12 lora_dropout is 0, and 411 training examples/);
  assert.match(lines[2]!, /^4:3-4:18 a learning_rate of 0\.1 overshoots/);
  assert.match(lines[3]!, /^5:3-5:14 unknown key "lora_rank"$/);
  assert.match(lines[4]!, /^6:3-6:9 seed must be a whole number/);
});

test('sft.config.json: a quick fix repairs it and can be undone', async () => {
  const before = '{\n  "model_name": "none",\n  "dataset": "../nigeria-services.json",\n  "lora_rank": 8\n}\n';
  const { document } = await openConfig(before);
  const unknown = (found: readonly vscode.Diagnostic[]): boolean =>
    found.some((one) => one.message.startsWith('unknown key'));
  const [diagnostic] = (await diagnosticsWhen(document.uri, unknown)).filter((one) => unknown([one]));
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    document.uri,
    diagnostic!.range,
  );
  const rename = actions.find((action) => action.title === 'Rename lora_rank to lora_r');
  assert.ok(rename?.edit, actions.map((action) => action.title).join(', '));
  assert.ok(actions.some((action) => action.title === 'Remove lora_rank'));
  await vscode.workspace.applyEdit(rename.edit);
  assert.equal(document.getText(), before.replace('lora_rank', 'lora_r'));
  await diagnosticsWhen(document.uri, (found) => !unknown(found));
  await vscode.commands.executeCommand('undo');
  assert.equal(document.getText(), before);
});

test('sft.config.json: the hover teaches the key once and says what it amounts to', async () => {
  const { document } = await openConfig('{\n  "per_device_batch_size": 4\n}\n');
  const text = await hoverText(document.uri, new vscode.Position(1, 8));
  assert.equal(text.split('First run:').length, 2, text);
  assert.match(text, /Too high:.*Too low:/s);
  assert.match(text, /effective batch = 4 × 4 = 16/);
});

test('sft.config.json: keys come with their default, values and paths to choose from', async () => {
  const { document } = await openConfig('{\n  "dataset": "",\n  "lr_scheduler_type": "linear",\n  "seed": 1\n}\n');
  const keys = await completions(document.uri, new vscode.Position(3, 3));
  assert.ok(
    LABELS(keys).some((label) => label.replaceAll('"', '') === 'lora_r'),
    LABELS(keys).join(', '),
  );
  const paths = LABELS(await completions(document.uri, new vscode.Position(1, 14)));
  assert.ok(paths.includes('"../nigeria-services.json"'), paths.join(', '));
  const values = LABELS(await completions(document.uri, new vscode.Position(2, 25)));
  assert.deepEqual(
    ['"cosine"', '"constant"', '"linear"'].filter((value) => !values.includes(value)),
    [],
  );
});

test('sft.applyConfigChanges edits the configuration in view, undone at once and not saved', async () => {
  const before = '{\n  "learning_rate": 0.5,\n  "lora_dropout": 0,\n  "seed": 1\n}\n';
  const { document } = await openConfig(before);
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const changes = { learning_rate: 2e-4, lora_dropout: null, early_stopping_patience: 3 };
  const apply = (): Thenable<boolean> =>
    vscode.commands.executeCommand<boolean>('sft.applyConfigChanges', document.uri.fsPath, changes);
  assert.equal(await apply(), true);
  const editor = vscode.window.activeTextEditor!;
  assert.equal(editor.document.uri.toString(), document.uri.toString());
  const after = '{\n  "learning_rate": 0.0002,\n  "seed": 1,\n  "early_stopping_patience": 3\n}\n';
  assert.equal(editor.document.getText(), after);
  assert.ok(editor.document.isDirty);
  assert.equal(await apply(), true);
  assert.equal(editor.document.getText(), after);
  await vscode.commands.executeCommand('undo');
  assert.equal(editor.document.getText(), before);
});

test('a dataset offers the keys its examples lack and explains those they have', async () => {
  const editor = await open('planted.json');
  const { document } = editor;
  await findingsWhen(document.uri, 'findings', (found) => found.length > 0);
  await editor.edit((edit) => {
    edit.insert(document.positionAt(document.getText().indexOf('{') + 1), ' ');
  });
  const lines = '{"question": "What is a NIN?", }';
  const start = document.positionAt(document.getText().indexOf('[') + 1);
  await editor.edit((edit) => {
    edit.insert(start, `\n${lines},\n`);
  });
  const list = await completions(document.uri, new vscode.Position(start.line + 1, lines.length - 1));
  assert.ok(LABELS(list).includes('answer'), LABELS(list).join(', '));
  assert.ok(!LABELS(list).includes('question'), LABELS(list).join(', '));
  const text = await hoverText(document.uri, new vscode.Position(start.line + 1, 4));
  assert.match(text, /What a person asks/);
});
