import type { Device } from '../../src/compute/device';
import { withDefaults } from '../../src/config/defaults';
import type { ResolvedConfig } from '../../src/config/config-schema';
import type { ExportSource } from '../../src/export/exporter';
import { readLlamaConfig } from '../../src/model/llama-config';
import { BaseWeights } from '../../src/model/weights';
import { loadChatTokenizer } from '../../src/text/chat-tokenizer';
import { createTuning } from '../../src/tuning/registry';

/** A model folder as exports take it, with an adapter as a run of the defaults has it, or without one. */
export async function sourceOf(device: Device, modelDir: string, isTuned: boolean): Promise<ExportSource> {
  const config = readLlamaConfig(modelDir);
  const base = new BaseWeights(device, modelDir, config);
  const settings = { ...withDefaults({ model_name: modelDir, dataset: '-' }), name: 'bench' } as ResolvedConfig;
  const card = { title: 'bench', baseModel: modelDir, onHub: false, dataset: '-', datasetHash: '', weights: 'tuned' };
  return {
    device,
    config,
    modelDir,
    base,
    weights: base,
    tuning: isTuned ? createTuning({ device, config, weights: base }, settings) : undefined,
    chat: await loadChatTokenizer(modelDir),
    card: { ...card, settings: [], scores: [], scored: 0, retention: undefined },
    asked: { systemPrompt: null, maxSeqLength: 1024 },
  };
}
