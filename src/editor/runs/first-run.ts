import * as vscode from 'vscode';
import { countOf } from '../../base/count-of';
import { durationText } from '../../runs/progress';
import { firstRunSteps } from '../../runs/forecast/first-run-steps';
import type { Services } from '../services';
import { preflightInProcess } from './preflight-process';

/**
 * Writes the configuration of a first run with as many steps as its time allows, and tells that time.
 *
 * @param examples of the dataset, where they are known
 * @param write writes the configuration with so many steps
 */
export async function writeFirstRun(
  services: Services,
  file: string,
  examples: number | undefined,
  write: (steps: number) => Promise<void>,
): Promise<void> {
  const { context, dialogs } = services;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: 'Forecasting how long one pass over the data takes',
    cancellable: true,
  };
  const forecast = (steps: number): Promise<number | undefined> =>
    Promise.resolve(
      vscode.window.withProgress(options, async (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => {
          abort.abort();
        });
        await write(steps);
        const tell = (message: string): void => {
          progress.report({ message });
        };
        try {
          return (await preflightInProcess(context, file, [], abort.signal, tell))?.seconds;
        } catch (error) {
          // Start Training checks the same and says what is wrong.
          services.log(String(error));
          return undefined;
        }
      }),
    );
  const { steps, seconds } = await firstRunSteps(examples, forecast);
  await write(steps);
  if (seconds === undefined) return;
  void dialogs.info(`The first run takes ${countOf(steps, 'step')}, about ${durationText(seconds)} on this machine.`);
}
