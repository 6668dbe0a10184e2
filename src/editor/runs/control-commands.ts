import { formatError, SftError } from '../../base/errors';
import { relaunchRun } from '../../runs/launch';
import type { RunSummary } from '../../runs/read-runs';
import { canRelaunch, groupOf } from '../../runs/run-groups';
import type { ControlCommand } from '../../runs/folder/state-schema';
import type { Services } from '../services';
import { findModel } from './find-model';
import { chooseRun } from './run-choice';
import { mayRun } from './trust';
import { sftCommand } from './worker-command';

/** Resolves when the run goes on; the run itself says how. */
export async function resumeRun(services: Services, argument: unknown): Promise<void> {
  if (!(await mayRun(services))) return;
  const run = await chooseRun(services, argument, {
    groups: ['paused', 'interrupted', 'failed', 'stopped'],
    placeHolder: 'Which run should be resumed?',
    none: 'No run can be resumed: none is paused, stopped, interrupted or failed.',
  });
  if (run === undefined) return;
  // Another window may have resumed it a moment ago.
  const present = (await services.runs.reload(run.folder.path)) ?? run;
  const group = groupOf(present.state.status);
  if (group === 'paused') await send(services, present, 'resume');
  else if (canRelaunch(group)) await relaunch(services, present);
  else if (group === 'done')
    void services.dialogs.info(`${run.label} is complete. To train further, continue from its adapter.`);
  else void services.dialogs.info(`${run.label} is already in progress.`);
}

async function relaunch(services: Services, run: RunSummary): Promise<void> {
  const { folder } = run;
  try {
    if (!(await findModel(services, run))) return;
    await relaunchRun(folder.path, sftCommand(services.context));
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    void services.dialogs.error(`The run cannot be resumed: ${formatError(error)}`);
  } finally {
    await services.runs.reload(folder.path);
  }
}

/** Resolves when the request is on its way; the run itself says when it is met. So does stopRun. */
export async function pauseRun(services: Services, argument: unknown): Promise<void> {
  const run = await chooseRun(services, argument, {
    groups: ['running'],
    placeHolder: 'Which run should be paused?',
    none: 'No run is running.',
  });
  if (run === undefined) return;
  const { status } = run.state;
  if (status === 'paused' || status === 'pausing' || status === 'stopping')
    void services.dialogs.info(`${run.label} is ${status} already.`);
  else if (groupOf(run.state.status) === 'running') await send(services, run, 'pause');
  else void services.dialogs.info(`${run.label} is not running.`);
}

export async function stopRun(services: Services, argument: unknown): Promise<void> {
  const run = await chooseRun(services, argument, {
    groups: ['running', 'queued', 'paused'],
    placeHolder: 'Which run should be saved and stopped?',
    none: 'No run is in progress.',
  });
  if (run === undefined) return;
  if (run.state.status === 'stopping') void services.dialogs.info(`${run.label} is already stopping.`);
  else if (['running', 'queued', 'paused'].includes(groupOf(run.state.status))) await send(services, run, 'stop');
  else void services.dialogs.info(`${run.label} is not running.`);
}

async function send({ dialogs }: Services, { folder }: RunSummary, command: ControlCommand): Promise<void> {
  try {
    await folder.sendControl(command);
  } catch (error) {
    if (!(error instanceof SftError)) throw error;
    void dialogs.error(`The run could not be told: ${formatError(error)}`);
  }
}
