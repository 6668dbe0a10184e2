import { SftError } from '../../base/errors';
import { TABLES, type ResolvedConfig } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import type { NamedTensor } from '../../model/parameter-file';
import type { Parameter, ParameterSet, ParameterSpec } from '../../model/parameters';
import { EMBEDDING, HEAD, type BaseWeights } from '../../model/weights';
import type { Device } from '../../compute/device';
import type { TableName } from './trained-tables';

/** Whole tables of the vocabulary that are trained beside the pairs: PEFT's modules_to_save. */
export interface SavedTables {
  readonly names: readonly TableName[];
  /** PEFT's ensure_weight_tying: a tied model has one copy, which is embedding and head; else each name has a copy of its own. */
  readonly tied: boolean;
}

const TENSORS: Readonly<Record<TableName, string>> = { embed_tokens: EMBEDDING, lm_head: HEAD };

/** What a configuration asks for in a model. @throws SftError config where it asks to tie what a model has apart */
export function chosenTables(
  { tieWordEmbeddings }: Pick<LlamaConfig, 'tieWordEmbeddings'>,
  config: Pick<ResolvedConfig, 'modules_to_save' | 'ensure_weight_tying'>,
): SavedTables | undefined {
  const { modules_to_save: names, ensure_weight_tying: tied } = config;
  if (tied && !tieWordEmbeddings) {
    const reason = 'ensure_weight_tying has no effect: embedding and head of the model are two matrices';
    throw new SftError('config', reason, { remedy: 'remove it', exitCode: 2 });
  }
  if (names === null) return undefined;
  return { names: TABLES.filter((name) => names.includes(name)), tied };
}

/**
 * PEFT's modules_to_save and ensure_weight_tying, as adapter_config.json has them.
 * @param refuse makes the error that is thrown where they name something else, or what cannot be
 */
export function readSavedTables(
  modules: unknown,
  tied: unknown,
  { tieWordEmbeddings, decoderPath }: Pick<LlamaConfig, 'tieWordEmbeddings' | 'decoderPath'>,
  refuse: (reason: string) => Error,
): SavedTables | undefined {
  if (modules === undefined || modules === null) return undefined;
  const list: readonly unknown[] = Array.isArray(modules) ? modules : [modules];
  if (list.length === 0) return undefined;
  const named = list.map((module) => TABLES.find((name) => module === name || module === `${decoderPath}.${name}`));
  const other = list[named.indexOf(undefined)];
  if (other !== undefined) {
    throw refuse(`modules_to_save names ${JSON.stringify(other)}: only embed_tokens and lm_head can be trained whole`);
  }
  return { names: TABLES.filter((name) => named.includes(name)), tied: tied === true && tieWordEmbeddings };
}

/** The copies that are trained, under PEFT's names. */
export function tableParameters({ vocabSize, hiddenSize }: LlamaConfig, tables: SavedTables): ParameterSpec[] {
  return copiesOf(tables).map((table) => ({
    name: tableTensorName(table),
    shape: [vocabSize, hiddenSize],
    decay: true,
  }));
}

/** The copy that takes the place of a tensor of the base model. */
export function savedTableOf(
  parameters: ParameterSet,
  tables: SavedTables | undefined,
  tensor: string,
): Parameter | undefined {
  const found = tables && copiesOf(tables).find((table) => TENSORS[table] === tensor);
  return found && parameters.get(tableTensorName(found));
}

/** Copies begin as the base model's tables. */
export function copyTables(device: Device, weights: BaseWeights, parameters: ParameterSet, tables: SavedTables): void {
  const r = device.begin();
  for (const table of copiesOf(tables)) {
    const stored = weights.has(TENSORS[table]) ? TENSORS[table] : EMBEDDING;
    r.copy(parameters.get(tableTensorName(table)).value, weights.dense(stored));
  }
  device.submit(r);
}

/** What PEFT has in the file beyond the parameters: a tied copy stands there under both names. */
export function namedTwice(parameters: ParameterSet, tables: SavedTables | undefined): readonly NamedTensor[] {
  if (tables?.tied !== true) return [];
  return [{ ...parameters.get(tableTensorName('embed_tokens')), name: tableTensorName('lm_head') }];
}

/** As adapter_config.json has them. */
export function savedTablesJson(
  tables: SavedTables | undefined,
  { decoderPath }: Pick<LlamaConfig, 'decoderPath'>,
): Readonly<Record<string, unknown>> {
  // The key is written where it says something: older PEFT does not know it.
  if (tables?.tied !== true) return { modules_to_save: tables?.names ?? null };
  return { modules_to_save: [`${decoderPath}.embed_tokens`], ensure_weight_tying: true };
}

function copiesOf({ names, tied }: SavedTables): readonly TableName[] {
  return tied ? ['embed_tokens'] : names;
}

function tableTensorName(table: TableName): string {
  return `base_model.model.${TENSORS[table]}`;
}
