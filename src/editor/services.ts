import * as vscode from 'vscode';
import type { AnalysisClient } from '../analysis/client';
import type { DatasetDocuments } from './dataset/dataset-documents';
import type { Dialogs } from './dialogs';
import type { RunStore } from './runs/run-store';

/** What the features of the editor share; made once, in activate. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly client: AnalysisClient;
  readonly documents: DatasetDocuments;
  /** The runs of the workspace. */
  readonly runs: RunStore;
  /** Replaced by tests. */
  dialogs: Dialogs;
  log(line: string): void;
}

/** The page that explains a rule. */
export function rulePage(services: Services, rule: string): vscode.Uri {
  return vscode.Uri.joinPath(services.context.extensionUri, 'docs', 'rules', `${rule}.md`);
}
