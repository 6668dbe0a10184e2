import { execFile } from 'node:child_process';
import type { FittedModel } from '../../runs/fit/fit-models';
import { sftCommand } from '../runs/worker-command';
import type { Services } from '../services';

/**
 * The models to begin with, each with whether a first run of it on the data fits this machine: counted in a process of its own.
 * @returns undefined where `signal` was aborted
 * @throws Error with what the process said where it gave no list
 */
export async function fittingModels(
  { context }: Services,
  dataset: string | undefined,
  signal: AbortSignal,
): Promise<readonly FittedModel[] | undefined> {
  const { execPath, entry, env } = sftCommand(context);
  const data = dataset === undefined ? [] : ['--data', dataset];
  const options = { signal, env: { ...process.env, ...env } };
  return new Promise((resolve, reject) => {
    execFile(execPath, [entry, 'models', '--fits', '--json', ...data], options, (error, stdout, stderr) => {
      if (signal.aborted) resolve(undefined);
      else if (error === null) resolve(JSON.parse(stdout) as FittedModel[]);
      else reject(new Error(stderr.trim() === '' ? error.message : stderr.trim()));
    });
  });
}
