import * as vscode from 'vscode';
import { AnalysisClient } from '../analysis/client';
import type { AnalysisResult } from '../analysis/protocol';
import type { ChatView } from './chat/chat-view';
import { registerChat } from './chat/register-chat';
import { registerCodeActions } from './dataset/code-actions';
import { registerConfigEditing } from './config/register-config-editing';
import { registerDashboard } from './dashboard/register-dashboard';
import { registerDatasetCommands } from './dataset/dataset-commands';
import { registerDatasetCompletion } from './dataset/register-dataset-completion';
import { DatasetDocuments } from './dataset/dataset-documents';
import { registerDiagnostics } from './dataset/diagnostics';
import { windowDialogs, type Dialogs } from './dialogs';
import { registerGlossary } from './learn/glossary';
import { registerInlayHints } from './dataset/inlay-hints';
import { registerLearnCommands } from './learn/learn-commands';
import { registerPreview, type Preview } from './preview/preview';
import { registerReport } from './report/report';
import { registerRuns } from './runs/register-runs';
import type { TreeNode } from './runs/run-nodes';
import { RunStore } from './runs/run-store';
import { registerSampleProject } from './learn/sample-project';
import type { Services } from './services';
import { registerLanguageStatus, registerStatusBar } from './dataset/status';

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
  readonly onDidPreview: Preview['onDidShow'];
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
    onRestart: () => {
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
  context.subscriptions.push(
    output,
    documents,
    runs,
    { dispose: () => void client.dispose() },
    registerDiagnostics(services),
    registerCodeActions(services),
    registerConfigEditing(services),
    registerGlossary(services),
    registerSampleProject(services),
    registerLearnCommands(services),
    registerInlayHints(services),
    registerDatasetCompletion(services),
    registerStatusBar(services),
    registerLanguageStatus(services),
    registerDatasetCommands(services),
    registerReport(services),
    preview,
    runViews,
    chat,
    registerDashboard(services),
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
  };
}
