import path from 'node:path';
import * as vscode from 'vscode';
import { ConfigError } from '../../config/config-error';
import type { ResolvedConfig } from '../../config/config-schema';
import { loadConfig } from '../../config/parse-config';
import { formatError, SftError } from '../../base/errors';
import { launchRun } from '../../runs/launch';
import { durationText } from '../../runs/progress';
import { knownDevices } from '../config/known-devices';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';
import { chooseConfiguration } from './choose-config';
import { preflightInProcess } from './preflight-process';
import { decide } from './preflight-question';
import { saveChanged, saveFirst } from './save-first';
import { mayRun } from './trust';
import { sftCommand } from './worker-command';

/** Configurations that are being started by this window: a second click does not start a second run. */
const starting = new Set<string>();

/** `SFT: Start Training`. @returns the folder of the run; undefined where none was started */
export async function startTraining(services: Services, target: unknown): Promise<string | undefined> {
  if (!(await mayRun(services))) return undefined;
  const config = await chooseConfiguration(services, target);
  if (config === undefined) return undefined;
  const key = config.toString();
  if (starting.has(key)) {
    void services.dialogs.info('This training is being started already.');
    return undefined;
  }
  starting.add(key);
  try {
    const ready = await checkUntilReady(services, config);
    return ready === undefined ? undefined : await launch(services, config, ready);
  } finally {
    starting.delete(key);
  }
}

/** The configuration to start with, and the seconds that the run will take, where they were measured. */
interface Ready {
  readonly resolved: ResolvedConfig;
  readonly seconds: number | undefined;
}

/** Checks, lets the person mend what is wrong, and checks again. */
async function checkUntilReady(services: Services, config: vscode.Uri): Promise<Ready | undefined> {
  if (!(await saveFirst(services, config))) return undefined;
  for (;;) {
    const resolved = await load(services, config);
    const report = resolved === undefined ? undefined : await preflight(services, config);
    if (report === undefined) return undefined;
    const decision = await decide(services.dialogs, report);
    if (decision === undefined) return undefined;
    if (decision.kind === 'start') return resolved && { resolved, seconds: report.seconds };
    if (decision.kind === 'look') {
      await vscode.window.showTextDocument(config, { preview: false });
      return undefined;
    }
    const changed = await runCommand(COMMANDS.applyConfigChanges, config.fsPath, decision.changes);
    if (changed !== true || !(await saveChanged(services, config))) return undefined;
  }
}

async function load({ context, dialogs }: Services, config: vscode.Uri): Promise<ResolvedConfig | undefined> {
  try {
    return await loadConfig(config.fsPath, await knownDevices(context));
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    const [first, ...others] = error instanceof ConfigError ? error.problems : [error];
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const { line, column, remedy } = first;
    const at = new vscode.Position(Math.max(0, (line ?? 1) - 1), Math.max(0, (column ?? 1) - 1));
    await vscode.window
      .showTextDocument(config, { preview: false, selection: new vscode.Range(at, at) })
      .then(undefined, () => undefined);
    const advice = remedy === undefined ? '' : ` - ${remedy}`;
    void dialogs.error(`Training cannot start: ${first.message}${advice}${more}`);
    return undefined;
  }
}

async function preflight({ context, dialogs }: Services, config: vscode.Uri): ReturnType<typeof preflightInProcess> {
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
      return await preflightInProcess(context, config.fsPath, abort.signal, (message) => {
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

async function launch(
  services: Services,
  file: vscode.Uri,
  { resolved: config, seconds }: Ready,
): Promise<string | undefined> {
  const { context, dialogs, runs } = services;
  const command = sftCommand(context);
  const time = seconds === undefined ? '' : `, about ${durationText(seconds)}`;
  const title = `Starting training of ${path.basename(config.model_name)}${time}`;
  const options = { location: vscode.ProgressLocation.Notification, title };
  try {
    const run = await vscode.window.withProgress(options, async () =>
      launchRun({ config, configFile: file.fsPath, command }),
    );
    await runs.addOutputFolder(config.output_dir);
    await runs.refresh();
    await showDashboard(services, run.path);
    return run.path;
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    void dialogs.error(`Training cannot start: ${formatError(error)}`);
    await runs.refresh();
    return undefined;
  }
}

/** A run that has started is not undone by a view that cannot open. */
async function showDashboard(services: Services, folder: string): Promise<void> {
  try {
    await runCommand(COMMANDS.showDashboard, folder);
  } catch (error) {
    services.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}
