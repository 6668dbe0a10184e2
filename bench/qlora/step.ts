import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { benchExamples } from '../train/examples';
import { benchTrainer } from '../train/trainer';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';

/** Printed before each phase begins, as a line of JSON, with the figures of the one before. */
export interface Phase {
  readonly begins: 'read' | 'quantise' | 'step' | 'end';
  /** What the device has allocated, bytes. */
  readonly allocated: number;
  /** Of the processor since the start, seconds, all threads together. */
  readonly processor: number;
  readonly loss?: number;
}

/** Reads every byte of the weights, as fast as that goes. */
function readAll(folder: string): void {
  const block = new Uint8Array(8 << 20);
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.safetensors'))) {
    const fd = openSync(path.join(folder, name), 'r');
    while (readSync(fd, block) > 0);
    closeSync(fd);
  }
}

// One process: reads the shards, quantises them, and makes one QLoRA step; `npm run bench qlora` watches its memory.
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { model: { type: 'string' }, tokens: { type: 'string' }, threads: { type: 'string' } },
  });
  const device = createCpuDevice({ threads: Number(values.threads) });
  const say = (begins: Phase['begins'], loss?: number): void => {
    const { user, system } = process.cpuUsage();
    const processor = (user + system) / 1e6;
    const phase: Phase = {
      begins,
      allocated: device.allocatedBytes,
      processor,
      ...(loss === undefined ? {} : { loss }),
    };
    console.log(JSON.stringify(phase));
  };
  say('read');
  readAll(values.model!);
  say('quantise');
  const config = readLlamaConfig(values.model!);
  const weights = new BaseWeights(device, values.model!, config, { in4bit: { doubleQuant: true } });
  say('step');
  const tokens = Number(values.tokens);
  const [drawn] = benchExamples(1, config.vocabSize, { prefix: tokens, question: 0, answer: 0 });
  const example = { ids: drawn!.ids.slice(0, tokens), trained: [{ from: tokens >> 1, to: tokens }] };
  const trainer = await benchTrainer(device, values.model!, [example], 1, weights);
  const { loss } = await trainer.trainStep();
  say('end', loss);
}

void main();
