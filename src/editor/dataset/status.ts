import * as vscode from 'vscode';
import { countOf } from '../../base/count-of';
import { exampleRowsIn } from '../../analysis/example-table';
import { summaryText, totalsExplained, totalsText } from '../../analysis/hint-text';
import type { AnalysisResult } from '../../analysis/protocol';
import { KIND_NAMES } from '../../dataset/formats/kind';
import { summariseLengths } from '../../text/token-lengths';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import { commandOf } from '../manifest/commands';
import type { Services } from '../services';
import { followShown } from './follow-shown';

const FORMAT_NAMES = { json: 'JSON array', jsonl: 'JSONL', csv: 'CSV', tsv: 'TSV', parquet: 'Parquet' } as const;

/** The status bar: totals of the file, and of the selection. */
export function registerStatusBar(services: Services): vscode.Disposable {
  const { documents } = services;
  const item = vscode.window.createStatusBarItem('sft.totals', vscode.StatusBarAlignment.Right, 90);
  item.name = 'SFT dataset totals';
  item.command = COMMANDS.selectModel;
  const update = (): void => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || !documents.isDataset(editor.document)) {
      item.hide();
      return;
    }
    const result = documents.current(editor.document);
    if (result === undefined) item.text = '$(loading~spin) SFT';
    else {
      item.text = `$(${result.complete ? 'symbol-numeric' : 'loading~spin'}) ${totals(editor, result)}`;
      item.tooltip = totalsExplained(result);
    }
    item.show();
  };
  return vscode.Disposable.from(
    item,
    followShown(documents, update),
    vscode.window.onDidChangeTextEditorSelection(update),
  );
}

function totals(editor: vscode.TextEditor, result: AnalysisResult): string {
  const selected = editor.selections.filter((selection) => !selection.isEmpty);
  if (selected.length === 0 || !result.complete) return totalsText(result);
  const rows = selected.flatMap((selection) => {
    const [start, end] = [editor.document.offsetAt(selection.start), editor.document.offsetAt(selection.end)];
    // An example that only touches the selection's ends is not selected.
    return exampleRowsIn(result.examples, start, end).filter((row) => row.endOffset > start && row.offset < end);
  });
  const counted = [...new Map(rows.map((row) => [row.index, row])).values()].filter((row) => row.tokens >= 0);
  return `selected: ${summaryText(counted.length, summariseLengths(counted.map(({ tokens }) => tokens)), result.estimated)}`;
}

/** The language status: format, examples and model, and the switch. */
export function registerLanguageStatus(services: Services) {
  const { documents } = services;
  const item = vscode.languages.createLanguageStatusItem('sft.dataset', [
    { language: 'json' },
    { language: 'jsonl' },
    { pattern: '**/*.{csv,tsv,tab}' },
  ]);
  item.name = 'SFT dataset';
  const update = (): void => {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined) return;
    const on = documents.isDataset(document);
    const result = documents.current(document);
    item.busy = on && result?.complete !== true;
    item.severity = vscode.LanguageStatusSeverity.Information;
    item.command = commandOf(COMMANDS.toggleChecking, on ? 'Switch Off' : 'Check as Dataset');
    if (!on) item.text = documents.isOff(document) ? 'SFT: checking is off' : 'SFT: not a dataset';
    else if (result === undefined) item.text = 'SFT: checking';
    else {
      item.text = `${KIND_NAMES[result.kind]}, ${FORMAT_NAMES[result.format]}, ${countOf(result.count, 'example')}`;
      item.detail = result.modelName ?? 'no model: counts are estimates (≈)';
      if (result.modelProblem !== undefined) item.severity = vscode.LanguageStatusSeverity.Warning;
    }
    if (!on) item.detail = '';
  };
  const toggleChecking = (): void => {
    const document = vscode.window.activeTextEditor?.document;
    if (document !== undefined) documents.toggle(document);
    update();
  };
  const disposable = vscode.Disposable.from(item, followShown(documents, update));
  return Object.assign(disposable, { commands: { [COMMANDS.toggleChecking]: toggleChecking } satisfies SomeHandlers });
}
