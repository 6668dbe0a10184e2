import { parseArgs } from 'node:util';
import { mkdirSync } from 'node:fs';
import { createCpuDevice, type InstructionSet } from '../src/compute/cpu/cpu-device';
import { cpuLibrary } from '../src/compute/cpu/library';
import { parseLlamaConfig } from '../src/model/llama-config';
import { benchExamples, GSM8K_LENGTHS } from './train/examples';
import { randomModel } from './train/random-model';
import { measurePeak, operations } from './train/roof';
import { SHAPES } from './train/shapes';
import { benchTrainer } from './train/trainer';

// npm run bench step [-- --isa avx2 --threads 2 --rounds 4]: where the time of a training step of SmolLM2-135M goes. The same two steps are
// repeated; of every call the fastest counts, so that their sum is what a quiet machine takes, and what a kind of kernel loses is its time
// beyond that of its multiply-adds at the measured peak, as a share of the whole.

const BATCH = 4;
const STEPS = 2;

interface Call {
  readonly kind: string;
  readonly operations: number;
  milliseconds: number;
  /** Since the call before: JavaScript's. */
  before: number;
}

/** The kind of a call and its operations, by the arguments of native/cpu/sft_cpu.h; attention's are not counted. */
function kindOf(name: string, a: readonly number[]): Pick<Call, 'kind' | 'operations'> {
  const sizes = a.map(Number);
  const product = (m: number, n: number, k: number, r: number, width: number): Pick<Call, 'kind' | 'operations'> => ({
    kind: `${name} ${n} x ${k}${r > 0 ? ` and ${r}` : ''}`,
    operations: 2 * m * (n * k + r * width),
  });
  if (name === 'linear') return product(sizes[4]!, sizes[5]!, sizes[6]!, sizes[11]!, sizes[5]!);
  if (name === 'linearBackwardInput') return product(sizes[4]!, sizes[5]!, sizes[6]!, sizes[11]!, sizes[6]!);
  if (name === 'linearBackwardWeight') return product(sizes[3]!, sizes[4]!, sizes[5]!, 0, 0);
  return { kind: name, operations: 0 };
}

/** Puts a clock around every function of the library; what is called goes to the list that `calls` returns. */
function clock(calls: () => Call[]): void {
  const library = cpuLibrary() as unknown as Record<string, (...args: number[]) => unknown>;
  let last = performance.now();
  for (const [name, kernel] of Object.entries(library)) {
    library[name] = (...args) => {
      const start = performance.now();
      const result = kernel(...args);
      const end = performance.now();
      calls().push({ ...kindOf(name, args), milliseconds: end - start, before: start - last });
      last = end;
      return result;
    };
  }
}

function report(calls: readonly Call[], work: number, peak: number): void {
  const total = calls.reduce((sum, { milliseconds, before }) => sum + milliseconds + before, 0);
  const script = calls.reduce((sum, { before }) => sum + before, 0);
  const percent = (part: number): string => `${((100 * part) / total).toFixed(1)}%`;
  console.log(`${total.toFixed(0)} ms, ${percent(work / peak / 1e6)} of the peak of ${peak.toFixed(0)} GFLOP/s`);
  console.log(['of the time', 'lost', 'of the peak', 'calls', 'microseconds', 'kernel'].join('\t'));
  const kinds = new Map<string, { count: number; time: number; ideal: number }>();
  for (const { kind, milliseconds, operations: n } of calls) {
    const { count, time, ideal } = kinds.get(kind) ?? { count: 0, time: 0, ideal: 0 };
    kinds.set(kind, { count: count + 1, time: time + milliseconds, ideal: ideal + n / peak / 1e6 });
  }
  for (const [kind, { count, time, ideal }] of [...kinds].toSorted(([, a], [, b]) => b.time - a.time)) {
    const share = ideal > 0 ? `${((100 * ideal) / time).toFixed(0)}%` : '';
    const each = ((1000 * time) / count).toFixed(0);
    console.log([percent(time).padEnd(11), percent(time - ideal), share.padEnd(11), count, each, kind].join('\t'));
  }
  console.log([percent(script).padEnd(11), percent(script), '', '', '', 'JavaScript between calls'].join('\t'));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      isa: { type: 'string' },
      threads: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '4' },
    },
  });
  mkdirSync('.cache/bench', { recursive: true });
  const threads = Number(values.threads);
  const before = measurePeak(threads);
  let calls: Call[] = [];
  clock(() => calls);
  const device = createCpuDevice({
    threads,
    ...(values.isa === undefined ? {} : { isa: values.isa as InstructionSet }),
  });
  const config = parseLlamaConfig(SHAPES['smollm2-135m'], 'config.json');
  const examples = benchExamples(BATCH * STEPS, config.vocabSize, GSM8K_LENGTHS);
  const trainer = await benchTrainer(device, await randomModel('smollm2-135m'), examples, BATCH);
  let fastest: Call[] | undefined;
  // The first round finds the pages of the weights and of the workspace.
  for (let round = 0; round <= Number(values.rounds); round++) {
    calls = [];
    for (let step = 0; step < STEPS; step++) await trainer.trainStep();
    if (round === 0) continue;
    fastest ??= calls;
    for (const [i, call] of fastest.entries()) {
      call.milliseconds = Math.min(call.milliseconds, calls[i]!.milliseconds);
      call.before = Math.min(call.before, calls[i]!.before);
    }
  }
  console.log(`${device.description}; ${examples.map(({ ids }) => ids.length).join(', ')} tokens in ${STEPS} steps`);
  const peak = Math.max(before ?? NaN, measurePeak(threads) ?? NaN);
  if (fastest !== undefined) report(fastest, operations(config, examples), peak);
}

void main();
