import path from 'node:path';
import type { Device } from '../../compute/device';
import { PROJECTIONS } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import { readTensors } from '../../model/parameter-file';
import { readSafetensorsHeader } from '../../model/safetensors';
import { LoraAdapter } from './lora-adapter';
import { ADAPTER_WEIGHTS, readPeftConfig } from './peft-config';

/**
 * Loads a PEFT LoRA adapter folder for a model.
 * @throws SftError adapter-not-found, unsupported-adapter, tensors-do-not-fit, corrupt-safetensors
 */
export function loadPeftAdapter(device: Device, model: LlamaConfig, adapterDir: string): LoraAdapter {
  const config = readPeftConfig(adapterDir);
  const file = path.join(adapterDir, ADAPTER_WEIGHTS);
  const header = readSafetensorsHeader(file);
  const targets = PROJECTIONS.filter((name) =>
    [...header.tensors.keys()].some((key) => key.includes(`.${name}.lora_A.`)),
  );
  const adapter = new LoraAdapter(device, model, { ...config, target_modules: targets });
  try {
    readTensors(device, file, adapter.parameters.all());
  } catch (error) {
    adapter.parameters.free();
    throw error;
  }
  return adapter;
}
