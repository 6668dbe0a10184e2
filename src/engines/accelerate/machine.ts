import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { SftError } from '../../base/errors';
import { closed, described, maybe, problemIn, text, whole, type TypeOf } from '../../base/shapes';

/** So long a process waits for another before it is given up, seconds. */
const TIMEOUT = 600;

/** .sft/machine.json beside a configuration: facts of a machine, which a configuration that others share does not hold. */
const MACHINE = closed({
  python: maybe(described('The Python that trains: its program, from the folder of the configuration.', text)),
  processes: maybe(described('Processes that train together, one for each GPU.', whole(1, 4096))),
  timeout: maybe(described('So long a process waits for another, seconds.', whole(1, 1e6))),
});

export interface Machine {
  /** A program, absolute or to be found on the PATH; undefined where none is named. */
  readonly python: string | undefined;
  readonly processes: number;
  readonly timeout: number;
}

/**
 * What is known of this machine: SFT_PYTHON and SFT_PROCESSES first, then .sft/machine.json beside the configuration.
 * @throws SftError machine-file
 */
export async function readMachine(configFile: string, env: NodeJS.ProcessEnv = process.env): Promise<Machine> {
  const folder = path.dirname(configFile);
  const written = await readWritten(path.join(folder, '.sft', 'machine.json'));
  const { SFT_PYTHON: python = '', SFT_PROCESSES: processes = '' } = env;
  return {
    python: python !== '' ? python : placed(written.python, folder),
    processes: processes !== '' ? processesIn(processes) : (written.processes ?? 1),
    timeout: written.timeout ?? TIMEOUT,
  };
}

/** A bare name is looked up on the PATH, anything else is a path. */
function placed(python: string | undefined, folder: string): string | undefined {
  return python === undefined || !/[\\/]/.test(python) ? python : path.resolve(folder, python);
}

function processesIn(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new SftError('machine-file', `SFT_PROCESSES is ${JSON.stringify(value)}, not a whole number from 1`, {
    remedy: 'set it to the number of GPUs that train',
    exitCode: 2,
  });
}

async function readWritten(file: string): Promise<TypeOf<typeof MACHINE>> {
  let read: string;
  try {
    read = await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {};
    throw refuse(file, 'cannot be read', error);
  }
  let value: unknown;
  try {
    value = JSON.parse(read);
  } catch (error) {
    throw refuse(file, 'is not JSON', error);
  }
  const result = v.safeParse(MACHINE, value);
  if (result.success) return result.output;
  throw refuse(file, problemIn(result.issues, ''));
}

function refuse(file: string, reason: string, cause?: unknown): SftError {
  const remedy = 'write { "python": "...", "processes": 1 }, or delete the file';
  return new SftError('machine-file', reason, { file, remedy, exitCode: 2, cause });
}
