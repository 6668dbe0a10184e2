import { writeIndices } from '../../compute/indices';
import { TABLES } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import type { ParameterSet, ParameterSpec } from '../../model/parameters';
import type { TokenRows } from '../../model/tuning';
import type { BaseWeights } from '../../model/weights';
import type { Device } from '../../compute/device';

export type TableName = (typeof TABLES)[number];

/** The tokens whose rows are trained, by table: PEFT's trainable_token_indices. */
export type TrainableTokens = Readonly<Partial<Record<TableName, readonly number[]>>>;

const MODULES: Readonly<Record<TableName, string>> = { embed_tokens: 'model.embed_tokens', lm_head: 'lm_head' };

/** The parameters of trained tokens, whole rows, under PEFT's names, which call them a difference. */
export function tokenParameters({ hiddenSize }: LlamaConfig, tokens: TrainableTokens): ParameterSpec[] {
  return tablesOf(tokens).map(({ table, ids }) => ({
    name: tokenTensorName(table),
    shape: [ids.length, hiddenSize],
    decay: true,
  }));
}

/** The trained rows of a tensor of the base model. */
export function trainedRowsOf(
  parameters: ParameterSet,
  tokens: TrainableTokens,
  tensor: string,
): TokenRows | undefined {
  const found = tablesOf(tokens).find(({ table }) => `${MODULES[table]}.weight` === tensor);
  return found && { ids: found.ids, parameter: parameters.get(tokenTensorName(found.table)) };
}

/** Trained rows begin as those of the base model. */
export function copyRows(
  device: Device,
  weights: BaseWeights,
  parameters: ParameterSet,
  tokens: TrainableTokens,
): void {
  for (const { table, ids } of tablesOf(tokens)) {
    const { value } = parameters.get(tokenTensorName(table));
    const memory = device.alloc('i32', ids.length);
    const r = device.begin();
    const indices = writeIndices(device, memory, Int32Array.from(ids));
    r.gatherRows(value, weights.matrix(`${MODULES[table]}.weight`), indices, ids.length);
    device.submit(r);
    device.free(memory);
  }
}

/** As adapter_config.json has it: a list where the embedding's rows are all there is, which in a tied model are the head's. */
export function tokenIndicesJson(tokens: TrainableTokens): TrainableTokens | readonly number[] | null {
  const { embed_tokens, lm_head } = tokens;
  return lm_head === undefined ? (embed_tokens ?? null) : tokens;
}

function tablesOf(tokens: TrainableTokens): { readonly table: TableName; readonly ids: readonly number[] }[] {
  return TABLES.flatMap((table) => {
    const ids = tokens[table];
    return ids === undefined ? [] : [{ table, ids }];
  });
}

function tokenTensorName(table: TableName): string {
  return `base_model.model.${MODULES[table]}.token_adapter.trainable_tokens_delta`;
}
