import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openDevice } from '../../src/compute/registry';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import type { BenchExample } from '../train/examples';
import { timedSteps } from '../train/timed-steps';
import { benchTrainer } from '../train/trainer';

// This project's side of `npm run bench gpu`, in a process of its own so that its memory is its own.
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      device: { type: 'string' },
      model: { type: 'string' },
      examples: { type: 'string' },
      batch: { type: 'string' },
      steps: { type: 'string' },
      'load-in-4bit': { type: 'boolean', default: false },
    },
  });
  // As PyTorch does under autocast.
  const device = await openDevice(values.device!, { bf16: true });
  const examples = JSON.parse(readFileSync(values.examples!, 'utf8')) as BenchExample[];
  const folder = values.model!;
  const in4bit = values['load-in-4bit'] ? { doubleQuant: true } : undefined;
  const weights = new BaseWeights(device, folder, readLlamaConfig(folder), { in4bit });
  const trainer = await benchTrainer(device, folder, examples, Number(values.batch), weights);
  const { tokens, seconds, losses } = await timedSteps(trainer, Number(values.steps));
  const name = device.description;
  console.log(JSON.stringify({ name, tokens_per_second: tokens / seconds, loss_first: losses[0] }));
}

void main();
