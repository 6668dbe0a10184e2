import path from 'node:path';
import { SftError } from '../../base/errors';
import type { ResolvedConfig } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import { ADAPTER_CONFIG, readAdapterConfig } from '../adapter-config';

/** What a prompt is. */
export interface PromptConfig {
  /** Its rows. */
  readonly num_virtual_tokens: number;
  /** The text whose embeddings it started from, or starts from; undefined where it starts from chance. */
  readonly text: string | undefined;
}

/** What a configuration asks for. */
export function promptConfigOf(config: ResolvedConfig): PromptConfig {
  const { num_virtual_tokens, prompt_tuning_init: init, prompt_tuning_init_text: text } = config;
  return { num_virtual_tokens, text: init === 'text' ? (text ?? undefined) : undefined };
}

/** The name of the one tensor in PEFT's adapter_model.safetensors. */
export const PROMPT_TENSOR = 'prompt_embeddings';

/** adapter_config.json as PEFT 0.21 writes it: sorted keys, two spaces. */
export function promptConfigJson(config: PromptConfig, model: LlamaConfig, baseModel: string): string {
  const { num_virtual_tokens, text } = config;
  const fields = {
    base_model_name_or_path: baseModel,
    inference_mode: true,
    modules_to_save: null,
    num_attention_heads: model.heads,
    num_layers: model.layers,
    num_transformer_submodules: 1,
    num_virtual_tokens,
    peft_type: 'PROMPT_TUNING',
    prompt_tuning_init: text === undefined ? 'RANDOM' : 'TEXT',
    prompt_tuning_init_text: text ?? null,
    revision: null,
    task_type: 'CAUSAL_LM',
    token_dim: model.hiddenSize,
    tokenizer_kwargs: null,
    // PEFT asks for it beside a text, whether it needs it or not.
    tokenizer_name_or_path: text === undefined ? null : baseModel,
  };
  return `${JSON.stringify(fields, null, 2)}\n`;
}

/** Keys that say how a prompt began, or what it was made with. */
const KNOWN: ReadonlySet<string> = new Set([
  'auto_mapping',
  'base_model_name_or_path',
  'inference_mode',
  'num_attention_heads',
  'num_layers',
  'num_transformer_submodules',
  'num_virtual_tokens',
  'peft_type',
  'peft_version',
  'prompt_tuning_init',
  'prompt_tuning_init_text',
  'revision',
  'runtime_config',
  'task_type',
  'token_dim',
  'tokenizer_kwargs',
  'tokenizer_name_or_path',
]);

/** A prompt is much shorter than this; a longer one leaves no positions for text. */
const MOST_ROWS = 65_536;

/** @throws SftError what reading the file throws, unsupported-adapter */
export function readPromptConfig(folder: string, model: LlamaConfig): PromptConfig {
  const json = readAdapterConfig(folder);
  const refuse = (reason: string, remedy: string): SftError =>
    new SftError('unsupported-adapter', reason, { file: path.join(folder, ADAPTER_CONFIG), remedy, exitCode: 2 });
  const unknown = Object.entries(json).find(([key, value]) => value !== null && !KNOWN.has(key));
  if (unknown !== undefined) {
    throw refuse(
      `the key ${JSON.stringify(unknown[0])} is not supported: it may change what the prompt does`,
      'use a prompt trained without it',
    );
  }
  const { num_virtual_tokens: rows, num_transformer_submodules: parts = 1, token_dim: width } = json;
  if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 1 || rows > MOST_ROWS) {
    throw refuse(
      `num_virtual_tokens is ${rows === undefined ? 'missing' : JSON.stringify(rows)}`,
      'fix num_virtual_tokens',
    );
  }
  if (parts !== 1 && parts !== null) {
    throw refuse(
      `num_transformer_submodules is ${JSON.stringify(parts)}: the model has one`,
      'use a prompt of a model that only decodes',
    );
  }
  if (typeof width === 'number' && width !== model.hiddenSize) {
    throw refuse(
      `token_dim is ${width}, the embeddings of the model have ${model.hiddenSize}`,
      'use the model that the prompt was trained on',
    );
  }
  const text = json['prompt_tuning_init_text'];
  return {
    num_virtual_tokens: rows,
    text: json['prompt_tuning_init'] === 'TEXT' && typeof text === 'string' ? text : undefined,
  };
}
