import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { findingsOf, findingsWhen, open } from './dataset-editor';
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
