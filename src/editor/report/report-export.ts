import path from 'node:path';
import * as vscode from 'vscode';
import { refuseInput } from '../../base/output-file';
import type { DatasetReport } from '../../messages/report';
import type { Dialogs } from '../dialogs';
import { reportHtml } from './report-html';

const REPORT = { what: 'the report', remedy: 'choose another file' };

/** Writes a report as HTML where the person wants it. @param about the dataset; a name beside it is offered */
export async function exportReport(dialogs: Dialogs, report: DatasetReport, about: vscode.Uri): Promise<void> {
  const name = `${path.posix.parse(about.path).name}-report.html`;
  const folder = vscode.Uri.joinPath(about, '..');
  const target = await vscode.window.showSaveDialog({
    title: 'Export Dataset Report',
    filters: { HTML: ['html'] },
    ...(about.scheme === 'untitled' ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target === undefined) return;
  try {
    await refuseInput(target.fsPath, about.scheme === 'file' ? [about.fsPath] : [], REPORT);
    await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(reportHtml(report)));
    void dialogs.info(`Report written to ${target.fsPath}`);
  } catch (error) {
    void dialogs.error(error instanceof Error ? error.message : String(error));
  }
}
