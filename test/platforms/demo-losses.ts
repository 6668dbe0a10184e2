// Trains the demo for three steps on every instruction set of this processor, and prints a line of JSON: by the set's name, the loss of each
// step and that on the validation part after them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCpuDevice, INSTRUCTION_SETS, type InstructionSet } from '../../src/compute/cpu/cpu-device';
import { loadConfig } from '../../src/config/parse-config';
import { builtinEngine } from '../../src/engines/builtin/engine';
import { SftError } from '../../src/base/errors';
import { readModelFolder } from '../../src/generate/session';
import { modelOptions } from '../../src/runs/chat-options';
import { prepareData } from '../../src/runs/worker/prepare';

const STEPS = 3;
const configFile = path.resolve('examples/sft.config.json');

function available(isa: InstructionSet): boolean {
  try {
    createCpuDevice({ isa });
    return true;
  } catch (error) {
    if (error instanceof SftError && error.code === 'unsupported-instruction-set') return false;
    throw error;
  }
}

async function lossesOn(isa: InstructionSet, run: string): Promise<number[]> {
  const config = { ...(await loadConfig(configFile, [])), max_steps: STEPS, warmup_steps: 0 };
  const model = await readModelFolder(config.model_name, modelOptions(config));
  const { train, validation } = await prepareData(config, { chat: model.chat });
  const losses: number[] = [];
  const training = await builtinEngine.open({
    ...{ config, run, configFile, model, train, validation, samples: [], from: undefined },
    places: { checkpoint: (step) => path.join(run, `checkpoint-${step}`), best: path.join(run, 'best') },
    halt: new AbortController().signal,
    openDevice: () => Promise.resolve({ device: createCpuDevice({ isa }), close: () => undefined }),
    report: (event) => {
      if (event.type === 'step' || event.type === 'evaluation') losses.push(event.loss);
    },
  });
  try {
    await training.run(() => Promise.resolve(false));
  } finally {
    await training.close();
  }
  return losses;
}

async function main(): Promise<void> {
  const losses: Partial<Record<InstructionSet, number[]>> = {};
  for (const isa of INSTRUCTION_SETS.filter(available)) {
    const run = mkdtempSync(path.join(tmpdir(), 'sft-losses-'));
    losses[isa] = await lossesOn(isa, run);
    rmSync(run, { recursive: true });
  }
  console.log(JSON.stringify(losses));
}

void main();
