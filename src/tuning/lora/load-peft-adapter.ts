import path from 'node:path';
import { SftError } from '../../base/errors';
import { readSafetensorsHeader } from '../../base/safetensors';
import { ADAPTER_WEIGHTS } from '../adapter-config';
import type { TuningTarget } from '../method';
import { LoraAdapter } from './lora-adapter';
import type { LlamaConfig } from '../../model/llama-config';
import { loraTensorName, peftTensorName, type LoraPlace } from './lora-config';
import { readPeftConfig } from './peft-config';

/**
 * Loads a PEFT LoRA adapter folder for a model.
 * @throws SftError what reading its files throws, unsupported-adapter, tensors-do-not-fit
 */
export function loadPeftAdapter(target: TuningTarget, adapterDir: string): LoraAdapter {
  const { config, places } = readPeftConfig(adapterDir, target.config);
  checkRanks(path.join(adapterDir, ADAPTER_WEIGHTS), target.config, places);
  const adapter = new LoraAdapter(target, config, places);
  try {
    adapter.read(target.device, adapterDir);
  } catch (error) {
    adapter.free();
    throw error;
  }
  return adapter;
}

/** Memory is asked for only once the file is known to hold as much. */
function checkRanks(file: string, model: LlamaConfig, places: readonly LoraPlace[]): void {
  const { tensors } = readSafetensorsHeader(file);
  for (const { layer, module, r } of places) {
    const name = peftTensorName(model, loraTensorName(layer, module, 'A'));
    const rank = tensors.get(name)?.shape[0];
    if (rank === r) continue;
    const reason =
      rank === undefined ? `${name} is missing` : `${name} has the rank ${rank}, adapter_config.json says ${r}`;
    throw new SftError('tensors-do-not-fit', reason, {
      file,
      remedy:
        'the configuration and the weights belong to different adapters, or to another base model: download both again',
      exitCode: 2,
    });
  }
}
