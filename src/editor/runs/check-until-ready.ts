import * as vscode from 'vscode';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { DataPlace } from '../../runs/preflight/report';
import type { Services } from '../services';
import { loadOrTell, type Load } from './load-config';
import { preflightInProcess } from './preflight-process';
import { decide } from './preflight-question';
import { saveChanged, saveFirst } from './save-first';

/** What is to start, and the seconds that a run of the configuration will take, where they were measured. */
export interface Ready<T> {
  readonly loaded: T;
  readonly seconds: number | undefined;
}

/**
 * Checks, lets the person fix what is wrong, and checks again.
 * @param load how the configuration is read
 * @param words more options for `sft preflight`: what is chosen in place of the configuration's own values
 * @returns undefined where nothing is to start; the person has been told
 */
export async function checkUntilReady<T>(
  services: Services,
  config: vscode.Uri,
  load: Load<T>,
  words: readonly string[] = [],
): Promise<Ready<T> | undefined> {
  if (!(await saveFirst(services, config))) return undefined;
  for (;;) {
    const loaded = await loadOrTell(services, config, load, 'Training cannot start');
    const report = loaded === undefined ? undefined : await preflight(services, config, words);
    if (report === undefined) return undefined;
    const decision = await decide(services.dialogs, report);
    if (decision === undefined) return undefined;
    if (decision.kind === 'start') return loaded && { loaded, seconds: report.seconds };
    if (decision.kind === 'look') {
      await show(config, decision.place);
      return undefined;
    }
    const changed = await runCommand(COMMANDS.applyConfigChanges, config.fsPath, decision.changes);
    if (changed !== true || !(await saveChanged(services, config))) return undefined;
  }
}

/** The configuration, or the place in the data that is wrong. */
async function show(config: vscode.Uri, place: DataPlace | undefined): Promise<void> {
  const at = new vscode.Position((place?.line ?? 1) - 1, (place?.column ?? 1) - 1);
  const file = place === undefined ? config : vscode.Uri.file(place.file);
  const selection = place === undefined ? {} : { selection: new vscode.Range(at, at) };
  await vscode.window.showTextDocument(file, { preview: false, ...selection });
}

async function preflight(
  { context, dialogs }: Services,
  config: vscode.Uri,
  words: readonly string[],
): ReturnType<typeof preflightInProcess> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: 'Checking data, model and machine before training',
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => {
      abort.abort();
    });
    try {
      return await preflightInProcess(context, config.fsPath, words, abort.signal, (message) => {
        progress.report({ message });
      });
    } catch (error) {
      void dialogs.error(
        `The checks before training failed: ${error instanceof Error ? error.message : String(error)}`,
      );
      return undefined;
    }
  });
}
