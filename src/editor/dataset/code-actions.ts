import * as vscode from 'vscode';
import { deleteExample } from '../../analysis/delete-example';
import { exampleAround, exampleRowsIn } from '../../analysis/example-table';
import type { AnalysisResult } from '../../analysis/protocol';
import type { Finding, TextEdit } from '../../dataset/finding';
import { COMMANDS } from '../manifest/command-ids';
import { commandOf } from '../manifest/commands';
import type { Services } from '../services';
import { rangeOf } from './underline';

/** "Fix all" of these documents, for the menu and for editor.codeActionsOnSave. */
const FIX_ALL_KIND = vscode.CodeActionKind.SourceFixAll.append('sft');

/** What is found where the fields of examples have other names. */
const UNKNOWN_KEYS: readonly string[] = ['missing-key', 'misspelt-key'];

/** The corrections of the findings under the cursor, fix-all, and last the ways to silence a rule. */
export function registerCodeActions(services: Services): vscode.Disposable {
  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, range, context, token) {
      const result = services.documents.current(document);
      if (result === undefined) return [];
      if (context.only !== undefined && FIX_ALL_KIND.contains(context.only)) return fixAll(services, document, token);
      if (context.only?.contains(FIX_ALL_KIND) === true && !context.only.contains(vscode.CodeActionKind.QuickFix)) {
        return fixAll(services, document, token);
      }
      const here = result.findings.filter((finding) => rangeOf(document, finding).intersection(range) !== undefined);
      const actions: vscode.CodeAction[] = [];
      for (const finding of here) actions.push(...repairs(document, finding, context));
      if (here.some((finding) => finding.fixes.some((fix) => fix.safe))) {
        const all = new vscode.CodeAction('Fix all safe problems (SFT)', vscode.CodeActionKind.QuickFix);
        all.command = commandOf(COMMANDS.fixAll, all.title, document.uri);
        actions.push(all);
      }
      if (here.some(({ rule }) => UNKNOWN_KEYS.includes(rule))) {
        const map = new vscode.CodeAction('Choose the question and answer fields…', vscode.CodeActionKind.QuickFix);
        map.command = commandOf(COMMANDS.mapColumns, map.title, document.uri);
        actions.push(map);
      }
      for (const finding of here) {
        if (finding.fixes.length === 0) actions.push(...byHand(document, result, finding, context));
      }
      // Where findings are summed up, at the start of the file, the sum leads on.
      if (document.offsetAt(range.start) === 0 && result.findingCount > result.findings.length) {
        const report = new vscode.CodeAction('Show all findings in the dataset report', vscode.CodeActionKind.QuickFix);
        report.command = commandOf(COMMANDS.showDatasetReport, report.title);
        actions.push(report);
      }
      // Last: what is silenced is not corrected.
      for (const finding of here) actions.push(...(await silence(document, result, finding, context)));
      return actions;
    },
  };
  return vscode.languages.registerCodeActionsProvider({ pattern: '**' }, provider, {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, FIX_ALL_KIND],
  });
}

/** Adds edits of a document's text to a workspace edit. */
export function addEdits(edit: vscode.WorkspaceEdit, document: vscode.TextDocument, edits: readonly TextEdit[]): void {
  for (const { start, end, text } of edits) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
}

async function fixAll(
  services: Services,
  document: vscode.TextDocument,
  token: vscode.CancellationToken,
): Promise<vscode.CodeAction[]> {
  const abort = new AbortController();
  token.onCancellationRequested(() => {
    abort.abort();
  });
  const ask = { uri: document.uri.toString(), version: document.version };
  const edits = await services.client.ask('fixAll', ask, { signal: abort.signal });
  if (edits === undefined || edits.length === 0) return [];
  const action = new vscode.CodeAction('Fix all safe problems (SFT)', FIX_ALL_KIND);
  action.edit = new vscode.WorkspaceEdit();
  addEdits(action.edit, document, edits);
  return [action];
}

function repairs(
  document: vscode.TextDocument,
  finding: Finding,
  context: vscode.CodeActionContext,
): vscode.CodeAction[] {
  return finding.fixes.map((fix, at) => {
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    addEdits(action.edit, document, fix.edits);
    action.diagnostics = matching(context, finding);
    action.isPreferred = at === 0 && fix.safe;
    return action;
  });
}

/** The ways out of what no machine can correct: which of two answers is right, what an answer should say. */
function byHand(
  document: vscode.TextDocument,
  result: AnalysisResult,
  finding: Finding,
  context: vscode.CodeActionContext,
): vscode.CodeAction[] {
  const actions: vscode.CodeAction[] = [];
  const add = (title: string): vscode.CodeAction => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = matching(context, finding);
    actions.push(action);
    return action;
  };
  const place = exampleAround(result, finding);
  if (place !== undefined && finding.aboutFile !== true) {
    const action = add('Delete this example');
    action.edit = new vscode.WorkspaceEdit();
    addEdits(action.edit, document, [deleteExample(document.getText(), place, result.format)]);
  }
  const [other] = finding.related;
  if (other !== undefined) {
    const uri = other.file === finding.file ? document.uri : vscode.Uri.file(other.file);
    const selection = new vscode.Range(other.line - 1, other.column - 1, other.line - 1, other.column - 1);
    const action = add(`Go to the other one, on line ${other.line}`);
    action.command = { title: action.title, command: 'vscode.open', arguments: [uri, { selection }] };
  }
  return actions;
}

async function silence(
  document: vscode.TextDocument,
  result: AnalysisResult,
  finding: Finding,
  context: vscode.CodeActionContext,
): Promise<vscode.CodeAction[]> {
  // What stops training is not silenced.
  if (finding.severity === 'error') return [];
  const off = new vscode.CodeAction(`Turn off the rule ${finding.rule}`, vscode.CodeActionKind.QuickFix);
  off.command = commandOf(COMMANDS.turnOffRule, off.title, finding.rule, document.uri);
  off.diagnostics = matching(context, finding);
  const row = exampleRowsIn(result.examples, finding.offset, finding.offset)[0];
  // Which rules an example ignores stands in its JSON.
  if (row === undefined || result.format === 'csv' || result.format === 'tsv') return [off];
  const source = document.getText(
    new vscode.Range(document.positionAt(row.offset), document.positionAt(row.endOffset)),
  );
  const { ignoreEdit } = await import('../../analysis/ignore-edit');
  const edit = ignoreEdit(source, finding.rule);
  if (edit === undefined) return [off];
  const ignore = new vscode.CodeAction(`Ignore ${finding.rule} for this example`, vscode.CodeActionKind.QuickFix);
  ignore.edit = new vscode.WorkspaceEdit();
  const shifted = { ...edit, start: edit.start + row.offset, end: edit.end + row.offset };
  addEdits(ignore.edit, document, [shifted]);
  ignore.diagnostics = matching(context, finding);
  return [ignore, off];
}

function matching(context: vscode.CodeActionContext, finding: Finding): vscode.Diagnostic[] {
  return context.diagnostics.filter(
    ({ source, code, message }) =>
      source === 'sft' && typeof code === 'object' && code.value === finding.rule && message === finding.message,
  );
}
