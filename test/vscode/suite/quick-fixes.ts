import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { RULE_IDS } from '../../../src/dataset/rules';
import { describeRange, findingsWhen, open, ruleOf } from './dataset-editor';
import { PLANTED } from './planted';
import { skip, test } from './runner';

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

/** The repairs offered for this one finding, best first. */
async function fixesOf(document: vscode.TextDocument, finding: vscode.Diagnostic): Promise<vscode.CodeAction[]> {
  const actions = await actionsAt(document.uri, finding.range, vscode.CodeActionKind.QuickFix);
  return actions.filter((action) =>
    (action.diagnostics ?? []).some((one) => ruleOf(one) === ruleOf(finding) && one.range.isEqual(finding.range)),
  );
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
      if (!RULE_IDS.includes(mistake.rule)) skip('this rule is not written yet');
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
    await findingsWhen(document.uri, 'findings', (found) => found.length > 0);
    await apply(await fixAllOf(document));
    assert.notEqual(document.getText(), before);
    assert.equal(indentation(document.getText()), indentation(before));
    assert.equal(await undoTo(document, before), 1, 'one undo takes fix-all back');
  });

  test(`${file}: fix-all and then every first quick fix leave valid JSON in the same layout`, async () => {
    const { document } = await open(file);
    const before = document.getText();
    let findings = await findingsWhen(document.uri, 'findings', (found) => found.length > 0);
    const repair = async (action: vscode.CodeAction): Promise<void> => {
      const earlier = describe(findings);
      const text = document.getText();
      await apply(action);
      assert.notEqual(document.getText(), text, `"${action.title}" changes the text`);
      findings = await findingsWhen(
        document.uri,
        `"${action.title}" to take effect`,
        (found) => describe(found) !== earlier,
      );
    };
    await repair(await fixAllOf(document));
    for (let round = 0; ; round++) {
      const fix = await firstFix(document, findings);
      if (fix === undefined) break;
      assert.ok(round < 60, 'the repairs come to an end');
      await repair(fix);
    }
    const value = JSON.parse(document.getText()) as unknown;
    assert.ok(Array.isArray(value));
    assert.equal(indentation(document.getText()), indentation(before));
  });
}

async function fixAllOf(document: vscode.TextDocument): Promise<vscode.CodeAction> {
  const whole = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  const [fixAll] = await actionsAt(document.uri, whole, vscode.CodeActionKind.SourceFixAll);
  assert.ok(fixAll, 'fix-all is offered');
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

function describe(findings: readonly vscode.Diagnostic[]): string {
  return findings.map((one) => `${ruleOf(one)!} ${describeRange(one.range)} ${one.message}`).join('\n');
}

/** The blanks before the first character of every line that begins a key or a bracket. */
function indentation(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^\s*["{[\]}]/.test(line))
    .map((line) => /^\s*/.exec(line)![0].length)
    .join(' ');
}
