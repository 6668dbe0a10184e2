import { parseArgs } from 'node:util';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { createRandom } from '../../src/base/random';
import { withDefaults } from '../../src/config/defaults';
import type { ResolvedConfig } from '../../src/config/config-schema';
import { writeMerged } from '../../src/export/merged/merged-exporter';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import { loadChatTokenizer } from '../../src/text/chat-tokenizer';
import { createTuning } from '../../src/tuning/registry';

// One process: puts a LoRA (r 16, all projections) into all weights of a model and writes the folder; `npm run bench export` watches it.
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { model: { type: 'string' }, out: { type: 'string' }, threads: { type: 'string' } },
  });
  const modelDir = values.model!;
  const device = createCpuDevice({ threads: Number(values.threads) });
  const config = readLlamaConfig(modelDir);
  const base = new BaseWeights(device, modelDir, config);
  const settings = { ...withDefaults({ model_name: modelDir, dataset: '-' }), name: 'bench' } as ResolvedConfig;
  const tuning = createTuning({ device, config, weights: base }, settings);
  const random = createRandom(3);
  await tuning.initialise(() => random.nextFloat());
  // B begins with zeros, which would be merged all the same, but show nothing.
  for (const parameter of tuning.parameters.all()) {
    const { value } = parameter;
    device.write(
      value,
      Float32Array.from({ length: value.length }, () => (random.nextFloat() - 0.5) / 50),
    );
  }
  const card = { title: 'bench', baseModel: modelDir, onHub: false, dataset: '-', datasetHash: '', weights: 'tuned' };
  const [started, used] = [performance.now(), process.cpuUsage()];
  await writeMerged(
    {
      device,
      config,
      modelDir,
      base,
      weights: base,
      tuning,
      chat: await loadChatTokenizer(modelDir),
      card: { ...card, settings: [], scores: [], scored: 0, retention: undefined },
      asked: { systemPrompt: null, maxSeqLength: 1024 },
    },
    values.out!,
    () => undefined,
  );
  const { user, system } = process.cpuUsage(used);
  console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, processor: (user + system) / 1e6 }));
}

void main();
