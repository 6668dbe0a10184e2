import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { findingsOf, findingsWhen, open, ruleOf, workspaceFile, writeWorkspaceFile } from './dataset-editor';
import { test } from './runner';

test('JSON that is no dataset gets no finding', async () => {
  const other = await open('settings-like.json');
  // The findings of a dataset opened after it say that the extension has had its turn.
  const { document } = await open('planted.json');
  await findingsWhen(document.uri, 'findings', (found) => found.length > 0);
  assert.deepEqual(findingsOf(other.document.uri), []);
});

test('a dataset without a mistake gets no error and no warning', async () => {
  const clean = await open('nigeria-services.json');
  const { document } = await open('planted.json');
  await findingsWhen(document.uri, 'findings', (found) => found.length > 0);
  const loud = findingsOf(clean.document.uri).filter((one) => one.severity <= vscode.DiagnosticSeverity.Warning);
  assert.deepEqual(
    loud.map((one) => one.message),
    [],
  );
});

test('findings follow what is typed', async () => {
  const editor = await open('nigeria-services.json');
  const { document } = editor;
  const answer = document.getText().indexOf('"answer": "') + '"answer": "'.length;
  const start = document.positionAt(answer);
  const end = document.positionAt(document.getText().indexOf('",\n', answer));
  await editor.edit((edit) => {
    edit.delete(new vscode.Range(start, end));
  });
  const blank = await findingsWhen(document.uri, 'a blank answer', (found) =>
    found.some((one) => one.range.start.line === start.line),
  );
  assert.match(blank.map((one) => one.message).join('\n'), /"answer" is blank/);
  await vscode.commands.executeCommand('undo');
  await findingsWhen(
    document.uri,
    'no blank answer',
    (found) => !found.some((one) => one.range.start.line === start.line),
  );
});

test('a leak between the parts of a split follows the other file on disk', async () => {
  const shared = '{"question": "Which bridge is closed on market days?", "answer": "The old stone bridge."}\n';
  const other = '{"question": "Who paints the kerbs before the feast?", "answer": "The works department."}\n';
  await writeWorkspaceFile('parts/valid.jsonl', shared);
  const { document } = await open('parts/valid.jsonl');
  const leaks = (found: readonly vscode.Diagnostic[]): number =>
    found.filter((one) => ruleOf(one) === 'split-leak').length;
  await findingsWhen(document.uri, 'findings', (found) => found.length > 0);
  assert.equal(leaks(findingsOf(document.uri)), 0);
  await writeWorkspaceFile('parts/train.jsonl', shared);
  await findingsWhen(document.uri, 'a leak of the new file', (found) => leaks(found) === 1);
  await writeWorkspaceFile('parts/train.jsonl', other + other.replace('kerbs', 'walls'));
  await findingsWhen(document.uri, 'no leak of the changed file', (found) => leaks(found) === 0);
  await writeWorkspaceFile('parts/train.jsonl', shared);
  await findingsWhen(document.uri, 'a leak again', (found) => leaks(found) === 1);
  await vscode.workspace.fs.delete(workspaceFile('parts/train.jsonl'));
  await findingsWhen(document.uri, 'no leak of a file that is gone', (found) => leaks(found) === 0);
});
