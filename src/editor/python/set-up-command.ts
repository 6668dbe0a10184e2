import * as vscode from 'vscode';
import { sizeText } from '../../base/size-text';
import { errorText } from '../error-text';
import type { Services } from '../services';
import { mayRun } from '../runs/trust';
import { sftCommand } from '../runs/worker-command';
import { setUpInProcess, type SetUpOffer } from './set-up-process';

const SET_UP = 'Set Up';

/**
 * `SFT: Set Up GPU Training`: an environment of Python with all that training on GPUs needs. What would be downloaded is said first.
 * @returns whether it is there now
 */
export async function setUpCommand(services: Services): Promise<boolean> {
  if (!(await mayRun(services))) return false;
  const { dialogs, context } = services;
  const options = { location: vscode.ProgressLocation.Notification, title: 'Setting up Python', cancellable: true };
  try {
    const done = await vscode.window.withProgress(options, async (progress, cancelled) => {
      const stop = new AbortController();
      cancelled.onCancellationRequested(() => {
        stop.abort();
      });
      const agree = async (offer: SetUpOffer): Promise<boolean> =>
        (await dialogs.confirm(questionOf(offer), detailsOf(offer), SET_UP)) === SET_UP;
      return setUpInProcess(sftCommand(context), agree, stop.signal, (message) => {
        progress.report({ message });
      });
    });
    if (done === undefined) return false;
    const cards = done.gpus.map(({ name }) => name);
    const on = cards.length === 0 ? 'on the processor: it sees no GPU' : `on ${cards.join(', ')}`;
    void dialogs.info(`Python ${done.python} is set up and trains ${on}.`);
    return true;
  } catch (error) {
    void dialogs.error(errorText(error));
    return false;
  }
}

function questionOf({ download_bytes: bytes }: SetUpOffer): string {
  return bytes === null ? 'Set up Python for training?' : `Set up Python for training (download ${sizeText(bytes)})?`;
}

function detailsOf({ folder, installer, download_bytes: bytes, state }: SetUpOffer): string {
  return [
    `PyTorch, PEFT and accelerate are installed by ${installer}, in tested versions.`,
    ...(bytes === null ? [] : ['They take about twice as much disk space.']),
    ...(state === 'none' ? [] : ['The existing environment is replaced.']),
    `It is installed in ${folder}`,
  ].join('\n');
}
