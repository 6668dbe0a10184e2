import path from 'node:path';
import * as vscode from 'vscode';
import {
  fromReport,
  type DatasetReport,
  type FromReport,
  type reportRequests,
  type ToReport,
} from '../../messages/report';
import { done } from '../../messages/requests';
import { activeDocument } from '../active-file';
import { exportReport } from './report-export';
import { buildReportAside } from './report-task';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import type { Services } from '../services';
import { settingsFor } from '../settings';
import { createPanel, WebviewHost } from '../webview-host';

/** `SFT: Show Dataset Report`: one view for each document, kept up to date while the document is open. */
export function registerReport(services: Services) {
  const views = new Map<string, ReportView>();
  const show = async (): Promise<void> => {
    const document = await activeDocument();
    if (document === undefined || !services.documents.isDataset(document)) {
      void services.dialogs.info('Open a dataset first: a JSON, JSONL, CSV or TSV file with questions and answers.');
      return;
    }
    const key = document.uri.toString();
    const shown = views.get(key);
    if (shown !== undefined) {
      shown.reveal();
      return;
    }
    const view = new ReportView(services, document, () => views.delete(key));
    views.set(key, view);
  };
  return {
    commands: { [COMMANDS.showDatasetReport]: show } satisfies SomeHandlers,
    dispose: () => {
      for (const view of [...views.values()]) view.dispose();
    },
  };
}

class ReportView {
  private readonly panel: vscode.WebviewPanel;
  private readonly host: WebviewHost<ToReport, FromReport, typeof reportRequests>;
  private readonly subscription: vscode.Disposable;
  private report: DatasetReport | undefined;
  /** The report being built; a newer version gives it up. */
  private building: AbortController | undefined;
  /** Where the last shown finding of each rule starts. */
  private readonly shown = new Map<string, number>();

  constructor(
    private readonly services: Services,
    private readonly document: vscode.TextDocument,
    onClose: () => void,
  ) {
    const { context, documents } = services;
    const own = (uri: vscode.Uri): boolean => uri.toString() === document.uri.toString();
    const title = `Report: ${path.posix.basename(document.uri.path)}`;
    this.panel = createPanel('report', { title, column: vscode.ViewColumn.Active, preserveFocus: false });
    this.host = new WebviewHost<ToReport, FromReport, typeof reportRequests>(this.panel.webview, {
      name: 'report',
      extensionUri: context.extensionUri,
      from: fromReport,
      receive: () => void this.start(),
      handlers: {
        reveal: async ({ rule }) => done(await this.showFinding(rule)),
        export: () => done(this.startExport()),
      },
      log: (line) => {
        services.log(line);
      },
    });
    this.subscription = vscode.Disposable.from(
      documents.onDidAnalyse(({ document: analysed, result }) => {
        if (result.complete && own(analysed.uri)) void this.refresh();
      }),
      documents.onDidRemove((uri) => {
        if (own(uri)) this.host.post({ type: 'unavailable', reason: 'The file is closed, or is no longer a dataset.' });
      }),
    );
    this.panel.onDidDispose(() => {
      this.subscription.dispose();
      this.building?.abort();
      onClose();
    });
  }

  reveal(): void {
    this.panel.reveal(undefined, false);
  }

  dispose(): void {
    this.panel.dispose();
  }

  /** The name without its folder; its ending tells the format where VS Code's language does. */
  private fileName(): string {
    const name = path.posix.basename(this.document.uri.path);
    return this.document.languageId === 'jsonl' && !/\.(?:jsonl|ndjson)$/i.test(name) ? `${name}.jsonl` : name;
  }

  private async refresh(): Promise<void> {
    const { document, services } = this;
    const version = document.version;
    this.building?.abort();
    const controller = new AbortController();
    this.building = controller;
    try {
      const findings = await services.client.ask('findings', { uri: document.uri.toString(), version });
      // A newer version has been typed meanwhile: its own report follows.
      if (findings === undefined || version !== document.version || controller.signal.aborted) return;
      const result = services.documents.current(document);
      if (result === undefined) return;
      const script = services.context.asAbsolutePath('dist/report-worker.js');
      const { nearDuplicateThreshold, columns } = await settingsFor(document.uri);
      const text = document.getText();
      const input = { file: this.fileName(), text, result, findings, nearDuplicateThreshold, columns };
      const report = await buildReportAside(script, input, controller.signal);
      this.report = report;
      this.host.post({ type: 'report', report });
    } catch (error) {
      if (controller.signal.aborted) return;
      this.host.post({ type: 'unavailable', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  private async start(): Promise<void> {
    // Until the analysis is complete there is nothing to ask for; its event asks then.
    if (this.services.documents.current(this.document)?.complete === true) await this.refresh();
  }

  /** Shows the next finding of a rule in the editor. @returns why not */
  private async showFinding(rule: string): Promise<string | undefined> {
    const { document, services, shown } = this;
    const { version } = document;
    const findings = await services.client.ask('findings', { uri: document.uri.toString(), version });
    const ofRule = findings?.filter((finding) => finding.rule === rule) ?? [];
    const after = shown.get(rule) ?? -1;
    const finding = ofRule.find(({ offset }) => offset > after) ?? ofRule[0];
    if (finding === undefined || version !== document.version) {
      return `There is no finding of ${rule} any more - wait for the report to catch up with the text`;
    }
    shown.set(rule, finding.offset);
    const selection = new vscode.Range(
      finding.line - 1,
      finding.column - 1,
      finding.endLine - 1,
      finding.endColumn - 1,
    );
    const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
    await vscode.window.showTextDocument(document, {
      viewColumn: editor?.viewColumn ?? vscode.ViewColumn.Beside,
      selection,
    });
    return undefined;
  }

  /** Answers at once: a person may take any time over a dialog. */
  private startExport(): string | undefined {
    const { report } = this;
    if (report === undefined) return 'There is no report yet - wait until the file has been analysed';
    void exportReport(this.services.dialogs, report, this.document.uri);
    return undefined;
  }
}
