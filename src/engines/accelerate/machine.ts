import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as v from 'valibot';
import { SftError } from '../../base/errors';
import { closed, described, flag, maybe, oneOf, problemIn, text, whole, type TypeOf } from '../../base/shapes';

const REMEDY = 'write { "python": "...", "processes": 1 }, or delete the file';

/** So long a process waits for another before it is given up, seconds. */
const TIMEOUT = 600;

const A_PLACE = 'a name and a port, such as "10.0.0.1:29500"';
const HIGHEST_PORT = 65_535;
const ADDRESS = v.pipe(
  text,
  v.regex(/^[\w.-]+:\d{2,5}$/, A_PLACE),
  v.check((address) => Number(address.split(':').at(-1)) <= HIGHEST_PORT, A_PLACE),
);

/** Nodes, and processes on each of them. */
export const MOST_PROCESSES = 4096;

/** .sft/machine.json beside a configuration: facts of a machine, which a configuration that others share does not hold. */
const MACHINE = closed({
  python: maybe(described('The Python that trains: its program, from the folder of the configuration.', text)),
  processes: maybe(
    described('Processes that train together on a machine, one for each GPU.', whole(1, MOST_PROCESSES)),
  ),
  nodes: maybe(
    described(
      'Machines that train together, this one among them; each has as many processes.',
      whole(1, MOST_PROCESSES),
    ),
  ),
  address: maybe(described('Where the machines find each other: a name or number of this one, and a port.', ADDRESS)),
  sharding: maybe(
    described(
      'Whether weights, gradients and moments are spread over the processes: by FSDP, or by DeepSpeed, zero2 without the weights.',
      oneOf('none', 'fsdp', 'zero2', 'zero3'),
    ),
  ),
  offload: maybe(described('Whether spread weights wait in the memory of the machine, not the GPU.', flag)),
  unsloth: maybe(described('Whether Unsloth computes, on one NVIDIA GPU.', flag)),
  timeout: maybe(described('So long a process waits for another, seconds.', whole(1, 1e6))),
});

export interface Machine {
  /** A program, absolute or to be found on the PATH; undefined where none is named. */
  readonly python: string | undefined;
  /** On each node. */
  readonly processes: number;
  readonly nodes: number;
  /** Where the nodes find each other, `host:port`; undefined where there is one. */
  readonly address: string | undefined;
  readonly sharding: 'none' | 'fsdp' | 'zero2' | 'zero3';
  readonly offload: boolean;
  readonly unsloth: boolean;
  readonly timeout: number;
}

/**
 * What is known of this machine: SFT_PYTHON, SFT_PROCESSES, SFT_NODES and SFT_ADDRESS first, as a scheduler knows them, then the file that
 * SFT_MACHINE names, or else .sft/machine.json beside the configuration.
 * @throws SftError machine-file
 */
export async function readMachine(configFile: string, env: NodeJS.ProcessEnv = process.env): Promise<Machine> {
  const { SFT_PYTHON: python = '', SFT_MACHINE: named = '' } = env;
  const file = named !== '' ? path.resolve(named) : path.join(path.dirname(configFile), '.sft', 'machine.json');
  const folder = named !== '' ? path.dirname(file) : path.dirname(configFile);
  const written = await readWritten(file, named !== '');
  const { sharding = 'none', offload = false, unsloth = false } = written;
  const nodes = countIn(env, 'SFT_NODES', 'machines that train') ?? written.nodes ?? 1;
  const count = countIn(env, 'SFT_PROCESSES', 'GPUs that train') ?? written.processes ?? 1;
  const address = addressIn(env) ?? written.address;
  if (nodes > 1 && address === undefined) {
    throw refuse(
      file,
      `address is missing: ${nodes} nodes need an address to find each other`,
      'write "address": "HOST:PORT" of this machine',
    );
  }
  if (sharding !== 'none' && nodes * count === 1) {
    throw refuse(
      file,
      `sharding "${sharding}" spreads weights over several processes, but there is only one`,
      'set "processes", or "sharding": "none"',
    );
  }
  if (offload && sharding !== 'fsdp') {
    throw refuse(file, 'offload works only with "sharding": "fsdp"', 'set that, or leave offload out');
  }
  if (unsloth && nodes * count > 1) {
    throw refuse(
      file,
      `unsloth uses one GPU, but ${nodes * count} processes are requested`,
      'set "processes" and "nodes" to 1, or leave unsloth out',
    );
  }
  return {
    nodes,
    address: nodes > 1 ? address : undefined,
    sharding,
    offload,
    unsloth,
    python: python !== '' ? python : placed(written.python, folder),
    processes: count,
    timeout: written.timeout ?? TIMEOUT,
  };
}

/** A bare name is looked up on the PATH, anything else is a path. */
function placed(python: string | undefined, folder: string): string | undefined {
  return python === undefined || !/[\\/]/.test(python) ? python : path.resolve(folder, python);
}

function countIn(env: NodeJS.ProcessEnv, name: string, of: string): number | undefined {
  const { [name]: value = '' } = env;
  if (value === '') return undefined;
  if (/^[1-9]\d{0,3}$/.test(value) && Number(value) <= MOST_PROCESSES) return Number(value);
  throw new SftError(
    'machine-file',
    `${name} is ${JSON.stringify(value)}, not a whole number from 1 to ${MOST_PROCESSES}`,
    {
      remedy: `set it to the number of ${of}`,
      exitCode: 2,
    },
  );
}

function addressIn({ SFT_ADDRESS: value = '' }: NodeJS.ProcessEnv): string | undefined {
  if (value === '' || v.is(ADDRESS, value)) return value === '' ? undefined : value;
  throw new SftError('machine-file', `SFT_ADDRESS is ${JSON.stringify(value)}, not a name and a port`, {
    remedy: 'set it to the first machine, such as "10.0.0.1:29500"',
    exitCode: 2,
  });
}

/** @param named whether somebody named the file, who would not know that it is passed over */
async function readWritten(file: string, named: boolean): Promise<TypeOf<typeof MACHINE>> {
  let read: string;
  try {
    read = await readFile(file, 'utf8');
  } catch (error) {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (isMissing && !named) return {};
    if (isMissing) throw refuse(file, 'there is no such file', 'correct SFT_MACHINE, or unset it', error);
    throw refuse(file, 'cannot be read', REMEDY, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(read);
  } catch (error) {
    throw refuse(file, 'is not JSON', REMEDY, error);
  }
  // A list would pass for an object of which all is left out.
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(file, 'is not an object', REMEDY);
  const result = v.safeParse(MACHINE, value);
  if (result.success) return result.output;
  throw refuse(file, problemIn(result.issues, ''), 'correct it, or delete the file');
}

function refuse(file: string, reason: string, remedy: string, cause?: unknown): SftError {
  return new SftError('machine-file', reason, { file, remedy, exitCode: 2, cause });
}
