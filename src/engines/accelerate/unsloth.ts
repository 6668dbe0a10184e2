import { SftError } from '../../base/errors';
import type { ResolvedConfig } from '../../config/config-schema';
import { readLlamaConfig } from '../../model/llama-config';

/** The classes of models that Unsloth has passes of its own for, among those that are read here (its FastLanguageModel.from_pretrained). */
const MODELS = ['LlamaForCausalLM', 'MistralForCausalLM', 'Qwen2ForCausalLM', 'Qwen3ForCausalLM'];

/**
 * Refuses what Unsloth does not do, does not speed up, or would do otherwise than it was asked to.
 * @throws SftError unsloth; what reading the model's config.json throws
 */
export function requireUnslothCan(config: ResolvedConfig): void {
  const { training_type: type, device, use_dora: dora, bf16, fp16 } = config;
  const { init_lora_weights: start, trainable_tokens: tokens, modules_to_save: tables } = config;
  if (device === 'cpu') throw refuse('"device": "cpu"', 'it computes on an NVIDIA GPU', 'set "device": "auto"');
  if (type !== 'lora')
    throw refuse(`"training_type": "${type}"`, 'it trains LoRA adapters', 'set "training_type": "lora"');
  if (dora) throw refuse('"use_dora": true', 'its kernels ignore it', 'set "use_dora": false');
  if (String(start).startsWith('pissa'))
    throw refuse(
      `"init_lora_weights": "${String(start)}"`,
      'it supports one adapter where this needs two',
      'set "init_lora_weights": true',
    );
  if (tokens !== null) throw refuse('"trainable_tokens"', 'it reads the tables by itself', 'leave them out');
  if (tables !== null) throw refuse('"modules_to_save"', 'it reads the tables by itself', 'leave them out');
  if (!bf16 && !fp16) throw refuse('computing in 32 bits', 'its kernels compute in 16', 'set "bf16": true');
  const { architecture } = readLlamaConfig(config.model_name);
  if (!MODELS.includes(architecture))
    throw refuse(`a model of ${architecture}`, `its passes are for ${MODELS.join(', ')}`, 'use one of these');
}

function refuse(what: string, reason: string, remedy: string): SftError {
  return new SftError('unsloth', `${what} cannot be combined with "unsloth": true in .sft/machine.json: ${reason}`, {
    remedy: `${remedy}, or leave "unsloth" out`,
    exitCode: 2,
  });
}
