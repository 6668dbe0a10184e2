import * as vscode from 'vscode';
import { AnalysisClient } from '../analysis/client';
import type { AnalysisResult } from '../analysis/protocol';
import type { TrainingPreview } from '../messages/preview';
import type { RateTest } from '../messages/rates';
import type { ChatView } from './chat/chat-view';
import { registerChat } from './chat/register-chat';
import { registerCodeActions } from './dataset/code-actions';
import { registerConfigEditing } from './config/register-config-editing';
import { registerDashboard } from './dashboard/register-dashboard';
import { datasetCommands } from './dataset/dataset-commands';
import { registerDatasetCompletion } from './dataset/register-dataset-completion';
import { DatasetDocuments } from './dataset/dataset-documents';
import { registerDiagnostics } from './dataset/diagnostics';
import { windowDialogs, type Dialogs } from './dialogs';
import { pageCommands } from './learn/page-commands';
import { registerInlayHints } from './dataset/inlay-hints';
import { learnCommands, watchMistakes } from './learn/learn-commands';
import { registerCommands } from './manifest/commands';
import { registerPreview } from './preview/preview';
import { registerRates } from './rates/register-rates';
import { registerReport } from './report/report';
import { registerRuns } from './runs/register-runs';
import type { TreeNode } from './runs/run-nodes';
import { RunStore } from './runs/run-store';
import { sampleProjectCommands } from './learn/sample-project';
import type { Services } from './services';
import { registerWorst } from './worst/register-worst';
import { registerLanguageStatus, registerStatusBar } from './dataset/status';
import { registerWrapStatus } from './dataset/wrap-status';

/** What activate gives to whoever asks for the extension's exports: tests. */
export interface SftApi {
  /** Resolves when the present version of a dataset document has been analysed and its findings are published. */
  analysed(uri: vscode.Uri): Promise<AnalysisResult>;
  readonly runs: RunStore;
  /** What the view of the runs draws. */
  readonly runTree: vscode.TreeDataProvider<TreeNode>;
  /** Puts a person who answers by rule in the place of the dialogs. Returns what brings the dialogs back. */
  answerDialogs(dialogs: Dialogs): () => void;
  /** The side panel's conversation. */
  readonly chat: ChatView;
  /** The training sequence of an example has gone to its view. */
  readonly onDidPreview: vscode.Event<TrainingPreview>;
  /** A test of learning rates has shown something new. */
  readonly onDidTestRates: vscode.Event<RateTest>;
}

export function activate(context: vscode.ExtensionContext): SftApi {
  const output = vscode.window.createOutputChannel('SFT', { log: true });
  const log = (line: string): void => {
    output.error(line);
  };
  const script = context.asAbsolutePath('dist/analysis-worker.js');
  const client = new AnalysisClient(script, {
    onMessage: (message) => {
      documents.receive(message);
    },
    onRestart: (cause) => {
      if (cause !== undefined) void vscode.window.showWarningMessage(`SFT: ${cause}`);
      documents.reopen();
    },
    log,
  });
  const documents = new DatasetDocuments(client, log);
  const runs = new RunStore(context.workspaceState, log);
  const services: Services = { context, client, documents, runs, dialogs: windowDialogs, log };
  const runViews = registerRuns(services);
  const chat = registerChat(services);
  const preview = registerPreview(services);
  const configEditing = registerConfigEditing(services);
  const languageStatus = registerLanguageStatus(services);
  const report = registerReport(services);
  const dashboard = registerDashboard(services);
  const rates = registerRates(services);
  const worst = registerWorst(services);
  context.subscriptions.push(
    output,
    documents,
    runs,
    { dispose: () => void client.dispose() },
    registerDiagnostics(services),
    watchMistakes(services),
    registerCodeActions(services),
    configEditing,
    registerInlayHints(services),
    registerDatasetCompletion(services),
    registerStatusBar(services),
    languageStatus,
    registerWrapStatus(services),
    report,
    preview,
    runViews,
    chat,
    dashboard,
    rates,
    worst,
    registerCommands({
      ...pageCommands(services),
      ...sampleProjectCommands(services),
      ...learnCommands(services),
      ...datasetCommands(services),
      ...configEditing.commands,
      ...languageStatus.commands,
      ...report.commands,
      ...preview.commands,
      ...runViews.commands,
      ...chat.commands,
      ...dashboard.commands,
      ...rates.commands,
      ...worst.commands,
    }),
  );
  documents.considerAll();
  return {
    analysed: (uri) => documents.analysed(uri),
    answerDialogs: (dialogs) => {
      const former = services.dialogs;
      services.dialogs = dialogs;
      return () => {
        services.dialogs = former;
      };
    },
    runs,
    runTree: runViews.tree,
    chat: chat.view,
    onDidPreview: preview.onDidShow,
    onDidTestRates: rates.onDidShow,
  };
}
