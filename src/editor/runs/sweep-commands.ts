import * as vscode from 'vscode';
import { readFileLeniently } from '../../config/lenient-config';
import { loadSweep, type SweepMember } from '../../config/parse-config';
import { sweepChoices } from '../../config/sweep-choices';
import { formatError, SftError } from '../../base/errors';
import { countOf } from '../../base/count-of';
import { durationText } from '../../runs/progress';
import type { RunSummary } from '../../runs/read-runs';
import { launchSweep } from '../../runs/sweep/launch-sweep';
import { siblingsOf, sweepKey } from '../../runs/sweep/siblings';
import { COMMANDS } from '../manifest/command-ids';
import { runCommand } from '../manifest/commands';
import type { Services } from '../services';
import { checkUntilReady, type Ready } from './check-until-ready';
import { chooseConfiguration } from './choose-config';
import { chooseRun, foldersOf } from './run-choice';
import { saveChanged, saveFirst } from './save-first';
import { mayRun } from './trust';
import { sftCommand } from './worker-command';

const NO_SWEEP = 'There is no sweep yet: start one with "SFT: Start Sweep".';

/** Sweeps that are being started by this window: a second click does not start a second one. */
const starting = new Set<string>();

/** `SFT: Start Sweep`; one that was stopped goes on. @returns the folders of its runs; undefined where nothing was started */
export async function startSweep(services: Services, target: unknown): Promise<readonly string[] | undefined> {
  if (!(await mayRun(services))) return undefined;
  const config = await chooseConfiguration(services, target);
  if (config === undefined) return undefined;
  const key = config.toString();
  if (starting.has(key)) {
    void services.dialogs.info('This sweep is already starting.');
    return undefined;
  }
  starting.add(key);
  try {
    if (!(await saveFirst(services, config)) || !(await chooseValues(services, config))) return undefined;
    const ready = await checkUntilReady(services, config, loadSweep);
    return ready && (await launch(services, config, ready));
  } finally {
    starting.delete(key);
  }
}

/** Where the configuration has no values to try, asks for them and writes them. @returns whether it has some now */
async function chooseValues(services: Services, config: vscode.Uri): Promise<boolean> {
  const { dialogs } = services;
  const read = await readFileLeniently(config.fsPath);
  // What is wrong with it is told by whoever reads it next.
  if (read === undefined || read.syntax !== undefined || (read.written.sweep ?? null) !== null) return true;
  const items = sweepChoices(read.values).map(({ title, sweep }) => ({
    label: title,
    description: `${countOf(Object.values(sweep).flat().length, 'run')}, written into the configuration as "sweep"`,
    sweep,
  }));
  const chosen = await dialogs.pick(items, 'Which values should the sweep try?');
  const item = items.find((one) => one === chosen);
  if (item === undefined) return false;
  const changed = await runCommand(COMMANDS.applyConfigChanges, config.fsPath, { sweep: item.sweep });
  return changed === true && (await saveChanged(services, config));
}

async function launch(
  services: Services,
  file: vscode.Uri,
  { loaded: members, seconds }: Ready<readonly SweepMember[]>,
): Promise<readonly string[] | undefined> {
  const { context, dialogs, runs } = services;
  const time = seconds === undefined ? '' : `, about ${durationText(seconds)} each`;
  const title = `Starting a sweep of ${countOf(members.length, 'run')}${time}`;
  const options = { location: vscode.ProgressLocation.Notification, title };
  try {
    const launched = await vscode.window.withProgress(options, () =>
      launchSweep({ members, configFile: file.fsPath, command: sftCommand(context) }),
    );
    const folders = launched.members.map(({ folder }) => folder.path);
    await runs.addOutputFolder(members[0]!.config.output_dir);
    await runs.refresh();
    if (!launched.started) void dialogs.info('Nothing to start: each of these runs is done or in progress.');
    await runCommand(COMMANDS.compareRuns, folders);
    return folders;
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    void dialogs.error(`The sweep cannot start: ${formatError(error)}`);
    await runs.refresh();
    return undefined;
  }
}

/** `SFT: Show Sweep`: the runs of a sweep side by side, for one of them that is given; else the person chooses. */
export async function showSweep(services: Services, argument: unknown): Promise<void> {
  const sweep =
    foldersOf(argument, undefined).length === 0 ? await chooseSweep(services) : await sweepOf(services, argument);
  if (sweep === undefined) return;
  const folders = sweep.map(({ folder }) => folder.path);
  await runCommand(COMMANDS.compareRuns, folders);
}

async function sweepOf(services: Services, argument: unknown): Promise<readonly RunSummary[] | undefined> {
  const run = await chooseRun(services, argument, { placeHolder: '', none: NO_SWEEP });
  if (run === undefined) return undefined;
  const siblings = siblingsOf(run, services.runs.list());
  if (siblings.length > 0) return siblings;
  void services.dialogs.info(`${run.label} is not part of a sweep.`);
  return undefined;
}

async function chooseSweep({ runs, dialogs }: Services): Promise<readonly RunSummary[] | undefined> {
  const sweeps = new Map(runs.list().map((run) => [sweepKey(run), run] as const));
  const items = [...sweeps].flatMap(([key, run]) => {
    if (key === undefined) return [];
    const siblings = siblingsOf(run, runs.list());
    const description = `${countOf(siblings.length, 'run')} over ${(run.swept ?? []).join(', ')}`;
    return [{ label: run.run.name, description, detail: run.run.config_file, siblings }];
  });
  const [first] = items;
  if (first === undefined) void dialogs.info(NO_SWEEP);
  if (items.length < 2) return first?.siblings;
  const chosen = await dialogs.pick(items, 'Which sweep?');
  return items.find((item) => item === chosen)?.siblings;
}
