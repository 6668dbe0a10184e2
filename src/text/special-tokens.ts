import type { JsonObject } from '../base/fetched-file';
import { SPECIAL_TOKEN_KEYS } from './later-tokens';
import { isObject, readModelJson } from './model-files';

/** Names of the special tokens a template may use, as texts: bos_token, eos_token, unk_token, pad_token and the like. */
export interface SpecialTokens {
  readonly bos: string | undefined;
  readonly eos: string | undefined;
  /** All of them by their key in tokenizer_config.json. */
  readonly all: Readonly<Record<string, string>>;
}

/**
 * tokenizer_config.json first, then special_tokens_map.json; a beginning or end that neither names comes from the ids in
 * config.json. A null in tokenizer_config.json is a statement (the model has no such token) and is kept as none.
 */
export async function readSpecialTokens(modelDir: string, tokenText: (id: number) => string): Promise<SpecialTokens> {
  const config = (await readModelJson(modelDir, 'tokenizer_config.json')) ?? {};
  const map = (await readModelJson(modelDir, 'special_tokens_map.json')) ?? {};
  const model = (await readModelJson(modelDir, 'config.json')) ?? {};
  const all: Record<string, string> = {};
  for (const key of SPECIAL_TOKEN_KEYS) {
    const text = key in config ? tokenOf(config, key) : (tokenOf(map, key) ?? byId(model, key, tokenText));
    if (text !== undefined) all[key] = text;
  }
  return { bos: all['bos_token'], eos: all['eos_token'], all };
}

/** Written as a string, or as an object with `content`. */
function tokenOf(source: JsonObject, key: string): string | undefined {
  const value = source[key];
  if (typeof value === 'string') return value;
  if (isObject(value) && typeof value['content'] === 'string') return value['content'];
  return undefined;
}

function byId(model: JsonObject, key: string, tokenText: (id: number) => string): string | undefined {
  if (key !== 'bos_token' && key !== 'eos_token') return undefined;
  const value: unknown = model[`${key}_id`];
  const id: unknown = Array.isArray(value) ? value[0] : value;
  const text = typeof id === 'number' ? tokenText(id) : '';
  return text === '' ? undefined : text;
}
