import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BenchExample } from './examples';
import { SIDE_OPTIONS, sideDevice } from './side';
import { benchTrainer } from './trainer';

// This project's side of `npm run bench train`, in a process of its own so that its peak memory is its own.
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { ...SIDE_OPTIONS, apart: { type: 'boolean', default: false } } });
  const device = sideDevice(values, values.apart ? { traits: { sharedTokens: Infinity } } : {});
  const examples = JSON.parse(readFileSync(values.examples!, 'utf8')) as BenchExample[];
  const trainer = await benchTrainer(device, values.model!, examples, Number(values.batch));
  await trainer.trainStep();
  const started = performance.now();
  let tokens = 0;
  let trained = 0;
  const losses: number[] = [];
  for (let i = 0; i < Number(values.steps); i++) {
    const result = await trainer.trainStep();
    tokens += result.tokens;
    trained += result.trained_tokens;
    losses.push(result.loss);
  }
  const seconds = (performance.now() - started) / 1000;
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
