import os from 'node:os';
import path from 'node:path';
import { SftError } from '../../base/errors';
import type { DeviceInfo } from '../../compute/provider';
import { CPU_TRAITS } from '../../compute/cpu/cpu-device';
import type { ResolvedConfig } from '../../config/config-schema';
import type { RunPlace } from '../engine';
import { readMachine, type Machine } from './machine';
import { findPython, type ChosenPython } from './python/find-python';
import { BITSANDBYTES, DEEPSPEED, REQUIRED, UNSLOTH, type Requirement } from './python/requirements';
import { requireUnslothCan } from './unsloth';

/** Where a run trains: which Python, on what, in how many processes. */
export interface Setting {
  readonly python: ChosenPython;
  readonly device: 'cpu' | 'cuda';
  readonly machine: Machine;
}

/**
 * Looks where a run would train, before anything is started.
 * @throws SftError machine-file, unsloth, what is wrong with Python, no-gpu, too-few-gpus
 */
export async function readSetting({ config, configFile }: Omit<RunPlace, 'run'>): Promise<Setting> {
  const machine = await readMachine(configFile);
  if (machine.unsloth) requireUnslothCan(config);
  const python = await findPython(machine.python, path.dirname(configFile), needs(config, machine));
  const [problem] = python.problems;
  if (problem !== undefined) throw problem;
  const { gpus, packages, executable } = python.found;
  const mayBeWithout = config.device === 'auto' && !machine.unsloth;
  const device = config.device === 'cpu' || (mayBeWithout && gpus.length === 0) ? 'cpu' : 'cuda';
  if (device === 'cuda' && gpus.length === 0) {
    throw new SftError('no-gpu', `torch ${packages['torch'] ?? ''} in ${executable} sees no GPU`, {
      remedy: `check the driver with nvidia-smi and that torch is a build for CUDA, or ${machine.unsloth ? 'leave "unsloth" out of .sft/machine.json' : 'set "device": "cpu"'} to train on the processor`,
      exitCode: 2,
    });
  }
  if (device === 'cuda' && machine.processes > gpus.length) {
    throw new SftError(
      'too-few-gpus',
      `${machine.processes} processes were requested, but there are only ${gpus.length} GPUs`,
      {
        remedy: `set "processes" in .sft/machine.json, or SFT_PROCESSES, to ${gpus.length} or less`,
        exitCode: 2,
      },
    );
  }
  const refused = refusalOf(machine, config, device);
  if (refused !== undefined) throw refused;
  return { python, device, machine };
}

/** What is not done, or was never tried, with weights that are spread. */
function refusalOf(
  { sharding, offload }: Machine,
  { optim, load_in_4bit: in4bit, fp16, training_type, trainable_tokens, modules_to_save }: ResolvedConfig,
  device: Setting['device'],
): SftError | undefined {
  if (sharding === 'none') return undefined;
  const refuse = (what: string, remedy: string): SftError =>
    new SftError('sharding', `${what} cannot be combined with "sharding": "${sharding}" in .sft/machine.json`, {
      remedy,
      exitCode: 2,
    });
  if (optim === 'adamw_8bit') return refuse('"optim": "adamw_8bit"', 'set "optim": "adamw", or "sharding": "none"');
  if (in4bit && sharding !== 'fsdp') {
    return refuse('"load_in_4bit": true', 'set "load_in_4bit": false, or "sharding": "fsdp"');
  }
  if (training_type === 'prompt_tuning') return refuse('"training_type": "prompt_tuning"', 'set "sharding": "none"');
  if (trainable_tokens !== null) return refuse('"trainable_tokens"', 'leave them out, or set "sharding": "none"');
  if (modules_to_save !== null) return refuse('"modules_to_save"', 'leave them out, or set "sharding": "none"');
  if (fp16 && device === 'cuda') return refuse('"fp16": true', 'set "bf16": true instead, or "sharding": "none"');
  if (offload && device === 'cpu')
    return refuse('"offload": true on the processor', 'leave it out: the weights are in that memory already');
  return undefined;
}

function needs(
  { load_in_4bit: in4bit, optim }: ResolvedConfig,
  { sharding, unsloth }: Machine,
): readonly Requirement[] {
  return [
    ...REQUIRED,
    ...(in4bit || optim === 'adamw_8bit' ? [BITSANDBYTES] : []),
    ...(isZero(sharding) ? [DEEPSPEED] : []),
    ...(unsloth ? [UNSLOTH] : []),
  ];
}

/** Whether DeepSpeed spreads the weights. */
function isZero(sharding: Machine['sharding']): boolean {
  return sharding === 'zero2' || sharding === 'zero3';
}

/** A setting as the queue, the preflight and refusals see it. */
export function deviceInfo({ python, device, machine }: Setting): DeviceInfo {
  const { packages, gpus } = python.found;
  const on =
    device === 'cpu'
      ? 'the processor'
      : gpus
          .slice(0, machine.processes)
          .map(({ name }) => name)
          .join(', ');
  const times = machine.processes === 1 ? '' : `, ${machine.processes} processes`;
  const by = machine.unsloth ? `, by Unsloth ${packages['unsloth'] ?? ''}` : '';
  const nodes = machine.nodes === 1 ? '' : `, on each of ${machine.nodes} nodes`;
  return {
    id: device,
    kind: 'accelerate',
    name: `PyTorch ${packages['torch'] ?? ''} on ${on}${times}${nodes}${by}`,
    supports: { compute: ['f32', 'bf16', 'f16'], weights: ['dense', 'nf4'], optimizers: ['adamw', 'adamw_8bit'] },
    traits: CPU_TRAITS,
  };
}

/** Threads of each process on a processor: what the configuration says, or all cores together. */
export function threadsEach({ threads }: Pick<ResolvedConfig, 'threads'>, processes: number): number {
  return Math.max(1, Math.floor((threads ?? os.availableParallelism()) / processes));
}
