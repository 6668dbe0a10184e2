import path from 'node:path';
import { SftError } from '../../base/errors';
import { ADAPTER_CONFIG, readAdapterConfig } from '../adapter-config';
import type { LoraConfig } from './lora-config';

export const ADAPTER_WEIGHTS = 'adapter_model.safetensors';

/** adapter_config.json as PEFT 0.21 writes it: sorted keys, two spaces. */
export function peftConfigJson(config: LoraConfig, baseModel: string): string {
  const fields: Record<string, unknown> = {
    alpha_pattern: {},
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: config.lora_alpha,
    lora_dropout: config.lora_dropout,
    modules_to_save: null,
    peft_type: 'LORA',
    r: config.r,
    rank_pattern: {},
    revision: null,
    target_modules: [...config.target_modules],
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: config.use_rslora,
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/**
 * What the adapter_config.json of a LoRA adapter says; which projections it sits on is told by its tensors.
 * @throws SftError adapter-not-found, unsupported-adapter
 */
export function readPeftConfig(adapterDir: string): Omit<LoraConfig, 'target_modules'> {
  const file = path.join(adapterDir, ADAPTER_CONFIG);
  const json = readAdapterConfig(adapterDir);
  const refuse = (reason: string): SftError =>
    new SftError('unsupported-adapter', reason, {
      file,
      remedy: 'use a plain LoRA adapter on the projections',
      exitCode: 2,
    });
  if (json['use_dora'] === true) throw refuse('use_dora is not supported');
  if (json['bias'] !== undefined && json['bias'] !== 'none')
    throw refuse(`bias ${JSON.stringify(json['bias'])} is not supported`);
  if (json['fan_in_fan_out'] === true) throw refuse('fan_in_fan_out is not supported');
  for (const key of ['rank_pattern', 'alpha_pattern']) {
    if (Object.keys((json[key] as object | null | undefined) ?? {}).length > 0) throw refuse(`${key} is not supported`);
  }
  for (const key of ['modules_to_save', 'layers_to_transform']) {
    if (json[key] !== undefined && json[key] !== null) throw refuse(`${key} is not supported`);
  }
  const { r, lora_alpha: alpha, lora_dropout: dropout } = json;
  if (typeof r !== 'number' || !Number.isInteger(r) || r < 1 || typeof alpha !== 'number') {
    throw refuse('r or lora_alpha is missing or no number');
  }
  return {
    r,
    lora_alpha: alpha,
    lora_dropout: typeof dropout === 'number' ? dropout : 0,
    use_rslora: json['use_rslora'] === true,
  };
}
