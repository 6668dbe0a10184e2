import * as vscode from 'vscode';
import type { AnalysisSettings, FileCheck } from '../../analysis/protocol';
import { activeFile } from '../active-file';
import { showFileReport } from '../report/file-report';
import type { Services } from '../services';
import { settingsFor } from '../settings';

/** `SFT: Check Dataset File`: streams a file of any size from disk and opens its report. Returns what was found, for tests. */
export async function checkFile(services: Services, uri?: vscode.Uri): Promise<FileCheck | undefined> {
  const file = uri ?? activeFile();
  if (file?.scheme !== 'file') {
    void services.dialogs.info('Choose a file on disk in the Explorer.');
    return undefined;
  }
  const settings = await settingsFor(file);
  const checked = await withProgress(services, file, settings);
  if (checked === undefined) return undefined;
  showFileReport(services, checked, settings.columns);
  return checked;
}

async function withProgress(
  { client, dialogs }: Services,
  file: vscode.Uri,
  settings: AnalysisSettings,
): Promise<FileCheck | undefined> {
  const title = `Checking ${vscode.workspace.asRelativePath(file)}`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    let shown = 0;
    const onProgress = (read: number, size: number): void => {
      const percent = size === 0 ? 100 : Math.floor((100 * read) / size);
      if (percent === shown) return;
      progress.report({ increment: percent - shown, message: `${percent}%` });
      shown = percent;
    };
    try {
      return await client.ask('checkFile', { file: file.fsPath, settings }, { signal: abort.signal, onProgress });
    } catch (error) {
      if (!abort.signal.aborted) void dialogs.error(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  });
}
