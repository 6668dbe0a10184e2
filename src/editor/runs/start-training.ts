import * as vscode from 'vscode';
import { modelTitle } from '../../base/hub-cache';
import type { ResolvedConfig } from '../../config/config-schema';
import { loadConfig } from '../../config/parse-config';
import { formatError, SftError } from '../../base/errors';
import { launchRun } from '../../runs/launch';
import { durationText } from '../../runs/progress';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';
import { checkUntilReady, type Ready } from './check-until-ready';
import { chooseConfiguration } from './choose-config';
import type { Load } from './load-config';
import { mayRun } from './trust';
import { sftCommand } from './worker-command';

/** Configurations that are being started by this window: a second click does not start a second run. */
const starting = new Set<string>();

/**
 * `SFT: Start Training`.
 * @param engine in place of the configuration's
 * @returns the folder of the run; undefined where none was started
 */
export async function startTraining(
  services: Services,
  target: unknown,
  engine?: ResolvedConfig['engine'],
): Promise<string | undefined> {
  if (!(await mayRun(services))) return undefined;
  const config = await chooseConfiguration(services, target);
  if (config === undefined) return undefined;
  const key = config.toString();
  if (starting.has(key)) {
    void services.dialogs.info('This training is already starting.');
    return undefined;
  }
  starting.add(key);
  try {
    const chosen = engine === undefined ? {} : { engine };
    const words = engine === undefined ? [] : ['--engine', engine];
    const load: Load<ResolvedConfig> = (file, devices) => loadConfig(file, devices, chosen);
    const ready = await checkUntilReady(services, config, load, words);
    return ready === undefined ? undefined : await launch(services, config, ready);
  } finally {
    starting.delete(key);
  }
}

async function launch(
  services: Services,
  file: vscode.Uri,
  { loaded: config, seconds }: Ready<ResolvedConfig>,
): Promise<string | undefined> {
  const { context, dialogs, runs } = services;
  const command = sftCommand(context);
  const time = seconds === undefined ? '' : `, about ${durationText(seconds)}`;
  const title = `Starting training of ${modelTitle(config.model_name)}${time}`;
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
