import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import type { BenchExample } from './examples';
import { SIDE_OPTIONS, sideDevice } from './side';
import { benchTrainer } from './trainer';

/** Prints this as JSON: the seconds of each step with weights as they lie on disk, and with those of the layers in 4 bits. */
export interface Compared {
  readonly as_stored: readonly number[];
  readonly in_4bit: readonly number[];
  readonly tokens: readonly number[];
}

// Steps of both take turns in one process, each pair on the same examples, so that what else the machine does affects both alike. With one
// thread the process's own time is counted.
async function main(): Promise<void> {
  const { values } = parseArgs({ options: SIDE_OPTIONS });
  const device = sideDevice(values);
  const examples = JSON.parse(readFileSync(values.examples!, 'utf8')) as BenchExample[];
  const config = readLlamaConfig(values.model!);
  const trainer = (in4bit: { doubleQuant: boolean } | undefined): ReturnType<typeof benchTrainer> => {
    const weights = new BaseWeights(device, values.model!, config, { in4bit });
    return benchTrainer(device, values.model!, examples, Number(values.batch), weights);
  };
  const clock = (): number => {
    const { user, system } = process.cpuUsage();
    return values.threads === '1' ? (user + system) / 1e6 : performance.now() / 1e3;
  };
  const sides = [await trainer(undefined), await trainer({ doubleQuant: true })] as const;
  const times: [number[], number[]] = [[], []];
  const tokens: number[] = [];
  for (let step = 0; step <= Number(values.steps); step++) {
    // The first step warms up; the one that begins a pair has the other's weights in its caches: they take turns too.
    for (const side of step % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const started = clock();
      const result = await sides[side].trainStep();
      if (step > 0) times[side].push(clock() - started);
      if (step > 0 && side === 0) tokens.push(result.tokens);
    }
  }
  const compared: Compared = { as_stored: times[0], in_4bit: times[1], tokens };
  console.log(JSON.stringify(compared));
}

void main();
