// Data whose fields have other names, as the configuration beside them names the file.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { analysed, findingsWhen, open, ruleOf, workspaceFile, writeWorkspaceFile } from './dataset-editor';
import { withPerson } from './person';
import { test } from './runner';

const ROWS = '{"Prompt": "What is it?", "Reply": "That."}\n{"Prompt": "And this?", "Reply": "This."}\n';
const FIX = 'Choose the question and answer fields…';

/** Opens data of other names, with a configuration that names them, and gives the quick fix. */
async function withFix(
  folder: string,
  name = 'rows.jsonl',
  rows = ROWS,
): Promise<{ document: vscode.TextDocument; fix: vscode.CodeAction }> {
  const config = JSON.stringify({ model_name: 'm', dataset: name }, null, 2);
  await writeWorkspaceFile(`${folder}/sft.config.json`, config);
  await writeWorkspaceFile(`${folder}/${name}`, rows);
  const { document } = await open(`${folder}/${name}`);
  const missing = (one: vscode.Diagnostic): boolean => ruleOf(one) === 'missing-key';
  // Once the new configuration is noticed the text is analysed again, and until that is done nothing is offered.
  let fix: vscode.CodeAction | undefined;
  while (fix?.command === undefined) {
    const found = await findingsWhen(document.uri, 'a missing key', (all) => all.some(missing));
    const place = found.find(missing)!.range;
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      place,
    );
    fix = actions.find(({ title }) => title === FIX);
  }
  return { document, fix };
}

test('data of other names: the quick fix writes columns into the configuration, and the file is sound', async () => {
  const { document, fix } = await withFix('columns-config');
  const config = workspaceFile('columns-config/sft.config.json');
  const way = `$(gear) Set columns in ${vscode.workspace.asRelativePath(config)}`;
  const shown = await withPerson(['Prompt', 'Reply', way], async () => {
    await vscode.commands.executeCommand(fix.command!.command, ...(fix.command!.arguments as unknown[]));
  });
  assert.match(shown.at(-1)!, /^Save sft\.config\.json: rows\.jsonl is then read by these fields\.$/);
  const written = await vscode.workspace.openTextDocument(config);
  const { columns } = JSON.parse(written.getText()) as { columns: unknown };
  assert.deepEqual(columns, { question: 'Prompt', answer: 'Reply' });
  await written.save();
  await findingsWhen(document.uri, 'no error', (all) =>
    all.every(({ severity }) => severity !== vscode.DiagnosticSeverity.Error),
  );
  assert.equal((await analysed(document)).count, 2);
  assert.equal(document.getText(), ROWS);
});

test('data of other names: the quick fix renames the keys of the file', async () => {
  const { document, fix } = await withFix('columns-file');
  await withPerson(['Prompt', 'Reply', '$(edit) Rename the keys in this file'], async () => {
    await vscode.commands.executeCommand(fix.command!.command, ...(fix.command!.arguments as unknown[]));
  });
  assert.equal(document.getText(), ROWS.replaceAll('"Prompt"', '"question"').replaceAll('"Reply"', '"answer"'));
});

test('a table of other names: the quick fix renames its columns', async () => {
  const { document, fix } = await withFix('columns-table', 'rows.csv', 'Prompt,Reply\nWhat is it?,That.\n');
  await withPerson(['Prompt', 'Reply', '$(edit) Rename the keys in this file'], async () => {
    await vscode.commands.executeCommand(fix.command!.command, ...(fix.command!.arguments as unknown[]));
  });
  assert.equal(document.getText(), 'question,answer\nWhat is it?,That.\n');
});

test('data of other names that no configuration names: the palette leads to the question and answer', async () => {
  await writeWorkspaceFile('columns-palette/rows.jsonl', ROWS);
  const { document } = await open('columns-palette/rows.jsonl');
  await withPerson(['Prompt', 'Reply', '$(edit) Rename the keys in this file'], async () => {
    await vscode.commands.executeCommand('sft.mapColumns');
  });
  assert.equal(document.getText(), ROWS.replaceAll('"Prompt"', '"question"').replaceAll('"Reply"', '"answer"'));
  assert.equal((await analysed(document)).count, 2, 'it is a dataset now');
});
