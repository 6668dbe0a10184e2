import type { ResolvedConfig } from '../config/config-schema';
import { readLlamaConfig } from '../model/llama-config';
import { loadChatTokenizer } from '../text/chat-tokenizer';
import { estimateMemory, type MemoryEstimate } from '../train/estimate';
import { chatOptions } from './chat-options';
import { runDevice } from './run-device';
import { prepareData } from './worker/prepare';

/**
 * The memory a run of this configuration will need.
 * @throws SftError what a run of it would fail with: of its data, its model, its adapter
 */
export async function estimateRun(config: ResolvedConfig): Promise<MemoryEstimate> {
  const llama = readLlamaConfig(config.model_name);
  const chat = await loadChatTokenizer(config.model_name, chatOptions(config));
  const { traits } = await runDevice(config);
  return estimateMemory(config, llama, config.model_name, await prepareData(config, { chat }), traits);
}
