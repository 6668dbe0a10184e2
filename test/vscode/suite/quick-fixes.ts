import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { rangeOf } from '../../../src/editor/dataset/underline';
import { analysed, findingsOf, findingsWhen, open, ruleOf, writeWorkspaceFile } from './dataset-editor';
import { PLANTED } from './planted';
import { withPerson } from './person';
import { test } from './runner';

/** So many actions are asked to bring their edits along. */
const RESOLVED = 200;

async function actionsAt(
  uri: vscode.Uri,
  range: vscode.Range,
  kind: vscode.CodeActionKind,
): Promise<vscode.CodeAction[]> {
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    'vscode.executeCodeActionProvider',
    uri,
    range,
    kind.value,
    RESOLVED,
  );
  return actions.filter((action) => action.disabled === undefined);
}

/** The repairs that VS Code offers a person at this finding, best first. What silences a rule repairs nothing. */
async function fixesOf(document: vscode.TextDocument, finding: vscode.Diagnostic): Promise<vscode.CodeAction[]> {
  const { findings } = await analysed(document);
  const titles = findings
    .filter((one) => one.rule === ruleOf(finding) && rangeOf(document, one).isEqual(finding.range))
    .flatMap(({ fixes }) => fixes.map(({ title }) => title));
  const actions = await actionsAt(document.uri, finding.range, vscode.CodeActionKind.QuickFix);
  const offered = actions.filter(({ title }) => titles.includes(title));
  for (const title of titles)
    assert.ok(
      offered.some((action) => action.title === title),
      `"${title}" is offered`,
    );
  return offered;
}

async function apply(action: vscode.CodeAction): Promise<void> {
  if (action.edit !== undefined) assert.ok(await vscode.workspace.applyEdit(action.edit));
  if (action.command === undefined) return;
  const args = (action.command.arguments ?? []) as unknown[];
  await vscode.commands.executeCommand(action.command.command, ...args);
}

/** Undoes until the text is what it was. */
async function undoTo(document: vscode.TextDocument, text: string): Promise<number> {
  let steps = 0;
  while (document.getText() !== text && steps < 5) {
    await vscode.commands.executeCommand('undo');
    steps++;
  }
  assert.equal(document.getText(), text, 'undo restores the document');
  return steps;
}

for (const [file, mistakes] of Object.entries(PLANTED)) {
  for (const mistake of mistakes) {
    const { fixed } = mistake;
    if (fixed === undefined) continue;
    test(`${file}: the quick fix of ${mistake.rule} writes ${JSON.stringify(fixed)}`, async () => {
      const { document } = await open(file);
      const before = document.getText();
      const from = before.indexOf(mistake.at);
      const findings = await findingsWhen(document.uri, mistake.rule, (found) =>
        found.some((one) => ruleOf(one) === mistake.rule),
      );
      const finding = findings.find((one) => {
        const start = document.offsetAt(one.range.start);
        return ruleOf(one) === mistake.rule && start >= from && start <= from + mistake.at.length;
      });
      assert.ok(finding, `${mistake.rule} is reported`);
      const [fix] = await fixesOf(document, finding);
      assert.ok(fix, 'a quick fix is offered');
      await apply(fix);
      assert.equal(
        document.getText(),
        before.replace(mistake.at, () => fixed),
      );
      assert.equal(await undoTo(document, before), 1, 'one undo takes a fix back');
    });
  }

  test(`${file}: fix-all repairs what is safe, and undo takes it back`, async () => {
    const { document } = await open(file);
    const before = document.getText();
    const { findings } = await analysed(document);
    const fixAll = await fixAllOf(document);
    assert.equal(
      fixAll !== undefined,
      findings.some(({ fixes }) => fixes.some(({ safe }) => safe)),
      'fix-all is offered where something is safe to repair',
    );
    if (fixAll === undefined) return;
    await apply(fixAll);
    assert.notEqual(document.getText(), before);
    assert.equal(indentation(document.getText()), indentation(before));
    assert.equal(await undoTo(document, before), 1, 'one undo takes fix-all back');
  });

  test(`${file}: SFT: Fix All tells what it fixed and what is left`, async () => {
    const { document } = await open(file);
    const before = document.getText();
    const { findings } = await analysed(document);
    const safe = findings.some(({ fixes }) => fixes.some((fix) => fix.safe));
    const shown = await withPerson([], async () => {
      await vscode.commands.executeCommand('sft.fixAll', document.uri);
      await analysed(document);
    });
    const left = (await analysed(document)).findings.length;
    assert.equal(shown.length, 1);
    assert.match(shown[0]!, safe ? /^Fixed [1-9]\d* places?; Undo takes it back\. / : /^Nothing can be fixed/);
    assert.match(
      shown[0]!,
      left === 0 ? /No problem is left\.$/ : new RegExp(` ${left} problems? (is|are) left for you`),
    );
    if (safe) await undoTo(document, before);
  });

  if (mistakes.every(({ fixed }) => fixed === undefined)) continue;
  test(`${file}: fix-all and then every first quick fix leave valid JSON in the same layout`, async () => {
    const { document } = await open(file);
    const before = document.getText();
    let findings = await findingsWhen(document.uri, 'findings', (found) => found.length > 0);
    const repair = async (action: vscode.CodeAction): Promise<void> => {
      const text = document.getText();
      await apply(action);
      assert.notEqual(document.getText(), text, `"${action.title}" changes the text`);
      await analysed(document);
      findings = findingsOf(document.uri);
    };
    const fixAll = await fixAllOf(document);
    if (fixAll !== undefined) await repair(fixAll);
    for (let round = 0; ; round++) {
      const fix = await firstFix(document, findings);
      if (fix === undefined) break;
      assert.ok(round < 60, 'the repairs come to an end');
      await repair(fix);
    }
    // What no machine can repair stays: a person writes what is missing. It is JSON all the same.
    const unrepaired = findings.filter((one) => one.severity === vscode.DiagnosticSeverity.Error);
    for (const finding of unrepaired) assert.ok(NEEDS_A_PERSON.includes(ruleOf(finding)!), finding.message);
    parseAll(document);
    // A repair may take out a line or close what was cut off, but writes nothing in a layout of its own.
    const depths = new Set(indentation(before).split(' '));
    assert.deepEqual(new Set(indentation(document.getText()).split(' ')), depths, 'the layout is kept');
  });
}

/** Errors without a mechanical repair, because only a person knows what was meant. */
const NEEDS_A_PERSON = ['missing-key', 'blank-text', 'unknown-role', 'last-turn', 'mixed-format', 'nothing-learnt'];

/** @throws SyntaxError where the document is no list of JSON values */
function parseAll(document: vscode.TextDocument): void {
  const text = document.getText();
  const values = document.languageId === 'jsonl' ? text.trim().split('\n') : [text];
  for (const value of values) JSON.parse(value);
}

async function fixAllOf(document: vscode.TextDocument): Promise<vscode.CodeAction | undefined> {
  const whole = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  const [fixAll] = await actionsAt(document.uri, whole, vscode.CodeActionKind.SourceFixAll);
  return fixAll;
}

async function firstFix(
  document: vscode.TextDocument,
  findings: readonly vscode.Diagnostic[],
): Promise<vscode.CodeAction | undefined> {
  for (const finding of findings) {
    const [fix] = await fixesOf(document, finding);
    if (fix !== undefined) return fix;
  }
  return undefined;
}

/** The blanks before the first character of every line that begins a key or a bracket. */
function indentation(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^\s*(?:["'“{[\]}]|\w+:)/.test(line))
    .map((line) => /^\s*/.exec(line)![0].length)
    .join(' ');
}

test('what no machine can correct: delete the example or go to its twin, and only then silence; errors are never silenced', async () => {
  const sample = await readFile(
    path.join(process.env['SFT_CHECKOUT'] ?? '', 'examples/service-desk-mistakes.json'),
    'utf8',
  );
  const uri = await writeWorkspaceFile('by-hand.json', sample);
  const { document } = await open('by-hand.json');
  const titlesAt = async (rule: string): Promise<[vscode.CodeAction[], string[]]> => {
    const found = await findingsWhen(uri, rule, (findings) => findings.some((one) => ruleOf(one) === rule));
    const finding = found.find((one) => ruleOf(one) === rule)!;
    const actions = await actionsAt(uri, finding.range, vscode.CodeActionKind.QuickFix);
    return [actions, actions.map(({ title }) => title)];
  };
  const [, error] = await titlesAt('misspelt-key');
  assert.ok(!error.some((title) => title.startsWith('Turn off')), error.join('\n'));
  const [actions, twin] = await titlesAt('exact-duplicate');
  const wanted = ['Delete this example', 'Go to the other one, on line 7'];
  assert.deepEqual(twin.slice(0, 2), wanted, twin.join('\n'));
  assert.match(twin.at(-1)!, /^Turn off the rule/);
  await apply(actions.find(({ title }) => title === wanted[1])!);
  assert.equal(vscode.window.activeTextEditor?.selection.active.line, 6);
  await apply(actions.find(({ title }) => title === wanted[0])!);
  const all = JSON.parse(sample) as unknown[];
  assert.deepEqual(JSON.parse(document.getText()), all.toSpliced(5, 1));
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
});

test('an example that is not valid can be deleted too, and its error not be silenced', async () => {
  const valid = { question: 'Where is the office?', answer: 'In the hall.' };
  const blank = { question: 'When does it open?', answer: ' ' };
  const texts = {
    'invalid.json': JSON.stringify([valid, blank], undefined, 2),
    'invalid.jsonl': `${JSON.stringify(blank)}\n${JSON.stringify(valid)}`,
    'invalid.csv': 'question,answer\nWhere is the office?,In the hall.\n"When\ndoes it open?",\n',
    'short-row.csv': 'question,answer\nWhen does it open?\nWhere is the office?,In the hall.\n',
  };
  const left = {
    'invalid.json': JSON.stringify([valid], undefined, 2),
    'invalid.jsonl': JSON.stringify(valid),
    'invalid.csv': 'question,answer\nWhere is the office?,In the hall.\n',
    'short-row.csv': 'question,answer\nWhere is the office?,In the hall.\n',
  };
  for (const [file, text] of Object.entries(texts)) {
    const uri = await writeWorkspaceFile(file, text);
    const { document } = await open(file);
    const isError = ({ severity }: vscode.Diagnostic): boolean => severity === vscode.DiagnosticSeverity.Error;
    const finding = (await findingsWhen(uri, 'an error', (findings) => findings.some(isError))).find(isError);
    const actions = await actionsAt(uri, finding!.range, vscode.CodeActionKind.QuickFix);
    // That so few examples are too few stands at the first.
    const titles = actions.map(({ title }) => title).filter((title) => !title.endsWith('dataset-size'));
    assert.deepEqual(titles, [file === 'short-row.csv' ? 'Delete this row' : 'Delete this example'], file);
    await apply(actions.find(({ title }) => title === titles[0])!);
    assert.equal(document.getText(), left[file as keyof typeof left]);
    assert.equal((await analysed(document)).findingsBySeverity.error, 0, file);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  }
});
