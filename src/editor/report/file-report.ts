import path from 'node:path';
import * as vscode from 'vscode';
import type { Columns } from '../../dataset/columns';
import type { FileCheck } from '../../analysis/protocol';
import { fromReport, type FromReport, type reportRequests, type ToReport } from '../../messages/report';
import { done } from '../../messages/requests';
import { buildFileReport } from './report-build';
import { exportReport } from './report-export';
import type { Services } from '../services';
import { createPanel, WebviewHost } from '../webview-host';

/** The report of a file that was checked from disk, as it stood then. */
export function showFileReport(services: Services, checked: FileCheck, columns?: Columns): void {
  const uri = vscode.Uri.file(checked.file);
  const name = path.basename(checked.file);
  const report = buildFileReport(name, checked, columns);
  const title = `Report: ${name}`;
  const panel = createPanel('report', { title, column: vscode.ViewColumn.Active, preserveFocus: false });
  /** Which finding of each rule was shown last. */
  const shown = new Map<string, number>();
  const reveal = (rule: string): string | undefined => {
    const listed = checked.findings.filter((finding) => finding.rule === rule);
    const at = ((shown.get(rule) ?? -1) + 1) % Math.max(1, listed.length);
    const finding = listed[at];
    if (finding === undefined) {
      return `The places of ${rule} are not listed: only those of the first ${checked.findings.length} findings are. Correct these and check the file again.`;
    }
    shown.set(rule, at);
    if (checked.format === 'parquet') {
      return `${rule} in row ${finding.line}: ${finding.message}. SFT: Convert Dataset… writes the rows as readable lines.`;
    }
    const { line, column, endLine, endColumn } = finding;
    const selection = new vscode.Range(line - 1, column - 1, endLine - 1, endColumn - 1);
    // Not as a document: a file of this size is none for an extension, but VS Code shows it.
    void vscode.commands.executeCommand('vscode.open', uri, { viewColumn: vscode.ViewColumn.Beside, selection });
    return undefined;
  };
  const { context } = services;
  const host = new WebviewHost<ToReport, FromReport, typeof reportRequests>(panel.webview, {
    name: 'report',
    extensionUri: context.extensionUri,
    from: fromReport,
    receive: () => {
      host.post({ type: 'report', report });
    },
    handlers: {
      reveal: ({ rule }) => done(reveal(rule)),
      export: () => {
        void exportReport(services.dialogs, report, uri);
        return done();
      },
    },
    log: (line) => {
      services.log(line);
    },
  });
}
