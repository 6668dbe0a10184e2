import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import * as vscode from 'vscode';
import type { findingToJson } from '../../../src/dataset/finding';
import { underlined } from '../../../src/editor/dataset/underline';
import { RULE_IDS } from '../../../src/dataset/rules';
import { analysed, describeRange, findingsOf, findingsWhen, open, ruleOf, sft, workspaceFile } from './dataset-editor';
import { NOT_IN_A_DOCUMENT, OTHER_PARTS, PLANTED, type PlantedMistake } from './planted';
import { test } from './runner';

const SEVERITIES = {
  [vscode.DiagnosticSeverity.Error]: 'error',
  [vscode.DiagnosticSeverity.Warning]: 'warning',
  [vscode.DiagnosticSeverity.Information]: 'info',
  [vscode.DiagnosticSeverity.Hint]: 'info',
};

function describeDiagnostic(diagnostic: vscode.Diagnostic): string {
  const { severity, range, message } = diagnostic;
  return `${describeRange(range)} ${SEVERITIES[severity]} ${ruleOf(diagnostic)!} ${message}`;
}

/** The same from the command line; where it says that something is missing, the editor underlines what stands before. */
async function validated(document: vscode.TextDocument, others: readonly string[]): Promise<string[]> {
  const file = document.uri.fsPath;
  const all = (await sft(['validate', ...others, file])) as ReturnType<typeof findingToJson>[];
  const findings = all.filter((finding) => finding.file === file);
  return findings.map(({ line, column, endLine, endColumn, severity, rule, message }) => {
    const place = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
    return `${describeRange(underlined(document, place))} ${severity} ${rule} ${message}`;
  });
}

for (const file of Object.keys(PLANTED)) {
  test(`${file}: ranges, severities and messages are those of sft validate`, async () => {
    const { document } = await open(file);
    const others = (OTHER_PARTS[file] ?? []).map((part) => workspaceFile(part).fsPath);
    const expected = (await validated(document, others)).sort();
    assert.ok(expected.length > 0);
    const shown = (found: readonly vscode.Diagnostic[]): string[] => found.map(describeDiagnostic).sort();
    await findingsWhen(document.uri, `\n${expected.join('\n')}\n`, (found) =>
      isDeepStrictEqual(shown(found), expected),
    );
  });

  test(`${file}: each mistake stands on its exact range`, async () => {
    const { document } = await open(file);
    await analysed(document);
    const stand = (mistake: PlantedMistake): string[] =>
      findingsOf(document.uri)
        .filter((one) => ruleOf(one) === mistake.rule && isAt(document, one, mistake))
        .map((one) => document.getText(one.range));
    assert.deepEqual(
      PLANTED[file]!.map((mistake) => ({ rule: mistake.rule, covers: stand(mistake) })),
      PLANTED[file]!.map(({ rule, covers }) => ({ rule, covers: [covers] })),
    );
  });
}

test('long/long.json: what max_seq_length cuts, and an answer that is lost, stand on their examples', async () => {
  const { document } = await open('long/long.json');
  await analysed(document);
  const found = vscode.languages.getDiagnostics(document.uri).flatMap((diagnostic) => {
    const { code, severity, message, range } = diagnostic;
    const rule = typeof code === 'object' ? code.value : code;
    if (rule !== 'over-length' && rule !== 'answer-lost') return [];
    return [`${describeRange(range)} ${SEVERITIES[severity]} ${rule} ${message}`];
  });
  const { examples } = (await sft([
    'count',
    document.uri.fsPath,
    '--model',
    vscode.workspace.getConfiguration('sft').get<string>('model')!,
    '--max-seq-length',
    '48',
  ])) as { examples: { line: number; tokens: number; truncated: number }[] };
  const [, cut, lost] = examples;
  assert.deepEqual(found, [
    `${cut!.line}:3-${cut!.line}:4 warning over-length ${cut!.truncated} tokens are cut off at the end: the example has ${cut!.tokens} tokens, max_seq_length is 48 - shorten it, or raise max_seq_length`,
    `${lost!.line}:3-${lost!.line}:4 error answer-lost no token of the answer fits: the example has ${lost!.tokens} tokens, max_seq_length is 48 - raise max_seq_length, or shorten the question`,
  ]);
});

test('every rule has its planted mistake', () => {
  const planted = new Set(Object.values(PLANTED).flatMap((list) => list.map(({ rule }) => rule)));
  const forgotten = RULE_IDS.filter((rule) => !planted.has(rule) && !NOT_IN_A_DOCUMENT.includes(rule));
  assert.deepEqual(forgotten, []);
});

/** Whether the finding begins within the example that holds the text `at`, or on the lines of that text. */
function isAt(document: vscode.TextDocument, diagnostic: vscode.Diagnostic, mistake: PlantedMistake): boolean {
  const text = document.getText();
  const from = text.indexOf(mistake.at);
  const once = mistake.at === '' || text.indexOf(mistake.at, from + 1) < 0;
  assert.ok(from >= 0 && once, `${mistake.at} stands once in the file`);
  const start = document.offsetAt(diagnostic.range.start);
  return start >= from && start <= from + mistake.at.length;
}
