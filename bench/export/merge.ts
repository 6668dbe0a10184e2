import { parseArgs } from 'node:util';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { createRandom } from '../../src/base/random';
import { writeMerged } from '../../src/export/merged/merged-exporter';
import { sourceOf } from './source';

// One process: puts a LoRA (r 16, all projections) into all weights of a model and writes the folder; `npm run bench export` watches it.
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { model: { type: 'string' }, out: { type: 'string' }, threads: { type: 'string' } },
  });
  const device = createCpuDevice({ threads: Number(values.threads) });
  const source = await sourceOf(device, values.model!, true);
  const random = createRandom(3);
  const tuning = source.tuning!;
  await tuning.initialise(() => random.nextFloat());
  // B begins with zeros, which would be merged all the same, but show nothing.
  for (const parameter of tuning.parameters.all()) {
    const { value } = parameter;
    device.write(
      value,
      Float32Array.from({ length: value.length }, () => (random.nextFloat() - 0.5) / 50),
    );
  }
  const [started, used] = [performance.now(), process.cpuUsage()];
  await writeMerged(source, values.out!, () => undefined);
  const { user, system } = process.cpuUsage(used);
  console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, processor: (user + system) / 1e6 }));
}

void main();
