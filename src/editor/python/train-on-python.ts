import { execFile } from 'node:child_process';
import * as vscode from 'vscode';
import * as v from 'valibot';
import { list, open, text } from '../../base/shapes';
import { chooseConfiguration } from '../runs/choose-config';
import { startTraining } from '../runs/start-training';
import { mayRun } from '../runs/trust';
import { sftCommand } from '../runs/worker-command';
import type { Services } from '../services';
import { setUpCommand } from './set-up-command';

const SET_UP = 'Set Up GPU Training…';
const CHECKED = open({ problems: list(open({ message: text })) });

/**
 * `SFT: Train on Python GPU`: the run of a configuration on the accelerate engine, whatever engine the file names. Where no Python can train,
 * one is offered to be set up.
 * @returns the folder of the run; undefined where none was started
 */
export async function trainOnPython(services: Services, target: unknown): Promise<string | undefined> {
  if (!(await mayRun(services))) return undefined;
  const config = await chooseConfiguration(services, target);
  if (config === undefined) return undefined;
  const problem = await problemOf(services, config);
  if (problem !== undefined) {
    const message = `No Python here can train yet: ${problem}`;
    if ((await services.dialogs.warn(message, SET_UP)) !== SET_UP) return undefined;
    if (!(await setUpCommand(services))) return undefined;
  }
  return startTraining(services, config, 'accelerate');
}

/** What keeps the Python that would be taken from training, by `sft python check`. */
async function problemOf({ context }: Services, config: vscode.Uri): Promise<string | undefined> {
  const { execPath, entry, env } = sftCommand(context);
  const options = { location: vscode.ProgressLocation.Notification, title: 'Checking what Python has installed' };
  return vscode.window.withProgress(
    options,
    () =>
      new Promise((resolve) => {
        const words = [entry, 'python', 'check', config.fsPath, '--json'];
        execFile(execPath, words, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
          const said = parsed(stdout);
          if (said === undefined)
            resolve(stderr.trim() === '' ? (error?.message ?? 'it does not answer') : stderr.trim());
          else resolve(said.problems[0]?.message);
        });
      }),
  );
}

function parsed(said: string): v.InferOutput<typeof CHECKED> | undefined {
  try {
    const { success, output } = v.safeParse(CHECKED, JSON.parse(said));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
