import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BenchExample } from './examples';
import { SIDE_OPTIONS, sideDevice } from './side';
import { timedSteps } from './timed-steps';
import { benchTrainer } from './trainer';

// This project's side of `npm run bench train`, in a process of its own so that its peak memory is its own.
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { ...SIDE_OPTIONS, apart: { type: 'boolean', default: false } } });
  const device = sideDevice(values, values.apart ? { traits: { sharedTokens: Infinity } } : {});
  const examples = JSON.parse(readFileSync(values.examples!, 'utf8')) as BenchExample[];
  const trainer = await benchTrainer(device, values.model!, examples, Number(values.batch));
  const { tokens, trained, seconds, losses } = await timedSteps(trainer, Number(values.steps));
  console.log(
    JSON.stringify({
      tokens,
      trained_tokens: trained,
      seconds,
      tokens_per_second: tokens / seconds,
      trained_tokens_per_second: trained / seconds,
      peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
      loss_first: losses[0],
      loss_last: losses.at(-1),
      device: device.description,
    }),
  );
}

void main();
