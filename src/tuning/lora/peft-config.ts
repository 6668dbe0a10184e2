import path from 'node:path';
import { SftError } from '../../base/errors';
import type { JsonObject } from '../../base/fetched-file';
import type { LlamaConfig } from '../../model/llama-config';
import { ADAPTER_CONFIG, readAdapterConfig } from '../adapter-config';
import type { LoraConfig, LoraPlace } from './lora-config';
import { placesOf } from './lora-places';
import { refusePeftKeys, unsupportedAdapter } from './peft-keys';
import { readSavedTables, savedTablesJson } from './saved-tables';
import { readTokenIndices } from './trainable-tokens';
import { tokenIndicesJson } from './trained-tables';

/** adapter_config.json as PEFT 0.21 writes it: sorted keys, two spaces. */
export function peftConfigJson(config: LoraConfig, baseModel: string, model: LlamaConfig): string {
  const fields: Record<string, unknown> = {
    alpha_pattern: config.alpha_pattern ?? {},
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: writtenStart(config.init_lora_weights),
    layers_pattern: null,
    layers_to_transform: null,
    lora_alpha: config.lora_alpha,
    lora_dropout: config.lora_dropout,
    peft_type: 'LORA',
    r: config.r,
    rank_pattern: config.rank_pattern ?? {},
    revision: null,
    target_modules: writtenTargets(config, model),
    task_type: 'CAUSAL_LM',
    trainable_token_indices: tokenIndicesJson(config.tokens ?? {}),
    use_dora: config.use_dora ?? false,
    use_rslora: config.use_rslora,
    ...savedTablesJson(config.tables, model),
    ...config.placing,
  };
  const sorted = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

/** In a multimodal model names alone would mean matrices of its other parts too. */
function writtenTargets(
  { target_modules: targets, placing }: LoraConfig,
  { decoderPath }: LlamaConfig,
): LoraConfig['target_modules'] {
  // PEFT chooses layers by a list of names alone.
  if (typeof targets === 'string' || decoderPath === 'model' || placing?.['layers_to_transform'] != null)
    return targets;
  return `${decoderPath.replaceAll('.', '\\.')}\\..*\\.(?:${targets.join('|')})`;
}

/** With the others PEFT would change the base model whenever it loads the adapter; what is saved here fits the model as it is. */
function writtenStart(start: LoraConfig['init_lora_weights']): true | 'gaussian' {
  return start === 'gaussian' ? start : true;
}

/** An adapter_config.json: what it says, and the pairs it has in a model. */
export interface ReadPeftConfig {
  readonly config: LoraConfig;
  readonly places: readonly LoraPlace[];
}

/**
 * Reads the adapter_config.json of a LoRA adapter as PEFT 0.21 does: where pairs sit is told by target_modules, exclude_modules and
 * layers_to_transform, their r and lora_alpha by rank_pattern and alpha_pattern. A key that changes numbers in another way is refused by name.
 * @throws SftError what reading the file throws, unsupported-adapter
 */
export function readPeftConfig(adapterDir: string, model: LlamaConfig): ReadPeftConfig {
  const file = path.join(adapterDir, ADAPTER_CONFIG);
  const json = readAdapterConfig(adapterDir);
  refusePeftKeys(json, file);
  const { r, lora_alpha: alpha, lora_dropout: dropout, use_rslora: rslora, use_dora: dora } = json;
  const wrong = (key: string): SftError => unsupportedAdapter(file, `${key} is ${show(json[key])}`, `fix ${key}`);
  if (!isRank(r)) throw wrong('r');
  if (typeof alpha !== 'number' || !Number.isFinite(alpha)) throw wrong('lora_alpha');
  if (dropout !== undefined && dropout !== null && !(typeof dropout === 'number' && dropout >= 0 && dropout < 1)) {
    throw wrong('lora_dropout');
  }
  if (dora !== undefined && dora !== null && typeof dora !== 'boolean') throw wrong('use_dora');
  if (rslora !== undefined && typeof rslora !== 'boolean') throw wrong('use_rslora');
  const { target_modules: targets } = json;
  if (!isNames(targets)) throw wrong('target_modules');
  const { exclude_modules: excluded, rank_pattern: ranks, alpha_pattern: alphas } = json;
  if (excluded !== undefined && excluded !== null && !isNames(excluded)) throw wrong('exclude_modules');
  if (!isNumbers(ranks, isRank)) throw wrong('rank_pattern');
  if (!isNumbers(alphas, Number.isFinite)) throw wrong('alpha_pattern');
  // PEFT takes layers into account where target_modules is a list.
  const inLayer = typeof targets === 'string' ? undefined : layerTest(json, wrong);
  const places = placesOf(
    model,
    { r, alpha, targets, excluded: excluded ?? undefined, ranks: ranks ?? {}, alphas: alphas ?? {}, inLayer },
    (reason, remedy) => unsupportedAdapter(file, reason, remedy),
  );
  const tokens = readTokenIndices(json['trainable_token_indices'], model, (reason) =>
    unsupportedAdapter(file, reason, 'merge it into its base model with PEFT and use that model'),
  );
  const tables = readSavedTables(json['modules_to_save'], json['ensure_weight_tying'], model, (reason) =>
    unsupportedAdapter(file, reason, 'merge it into its base model with PEFT and use that model'),
  );
  const both = tables?.names.find((name) => model.tieWordEmbeddings || tokens?.[name] !== undefined);
  if (tokens !== undefined && both !== undefined) {
    throw unsupportedAdapter(
      file,
      `modules_to_save and trainable_token_indices both train ${both}`,
      'use an adapter trained with only one of the two',
    );
  }
  const placing = Object.fromEntries(PLACING.flatMap((key) => (key in json ? [[key, json[key]]] : [])));
  const config: LoraConfig = {
    r,
    lora_alpha: alpha,
    lora_dropout: dropout ?? 0,
    use_rslora: rslora === true,
    use_dora: dora === true,
    target_modules: targets,
    rank_pattern: ranks ?? {},
    alpha_pattern: alphas ?? {},
    tokens,
    tables,
    placing,
  };
  return { config, places };
}

/** Kept when an adapter is trained further. */
const PLACING = ['exclude_modules', 'layers_pattern', 'layers_to_transform'] as const;

function layerTest(json: JsonObject, wrong: (key: string) => SftError): (layer: number) => boolean {
  const { layers_to_transform: layers, layers_pattern: pattern } = json;
  if (layers === undefined || layers === null) return () => true;
  const list: readonly unknown[] = Array.isArray(layers) ? layers : [layers];
  if (!list.every((layer) => Number.isInteger(layer))) throw wrong('layers_to_transform');
  const patterns: readonly unknown[] = Array.isArray(pattern) ? pattern : [pattern];
  if (!patterns.every((name) => name === 'layers' || name === undefined || name === null || name === '')) {
    throw wrong('layers_pattern');
  }
  return list.length === 0 ? () => true : (layer) => list.includes(layer);
}

function isRank(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value < 2 ** 31;
}

function isNames(value: unknown): value is string | readonly string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((name) => typeof name === 'string'));
}

function isNumbers(
  value: unknown,
  test: (item: unknown) => boolean,
): value is Readonly<Record<string, number>> | undefined | null {
  if (value === undefined || value === null) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(test);
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : typeof value === 'number' ? String(value) : JSON.stringify(value);
}
