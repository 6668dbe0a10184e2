import type { JsonObject } from '../base/fetched-file';
import { readModelJson } from './model-files';
import type { TextTokenizer } from './tokenizer';

/** The ids that end an answer: eos_token_id of generation_config.json, else of config.json, else the tokenizer's. */
export async function readStopTokenIds(modelDir: string, tokenizer: TextTokenizer): Promise<readonly number[]> {
  for (const name of ['generation_config.json', 'config.json']) {
    const ids = idsOf(await readModelJson(modelDir, name));
    if (ids.length > 0) return ids;
  }
  return tokenizer.eosTokenId === undefined ? [] : [tokenizer.eosTokenId];
}

function idsOf(config: JsonObject | undefined): readonly number[] {
  const value: unknown = config?.['eos_token_id'];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((id): id is number => typeof id === 'number' && Number.isInteger(id) && id >= 0);
}
