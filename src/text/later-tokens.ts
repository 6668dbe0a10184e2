import path from 'node:path';
import { addedTokenOf, isTokenId, type AddedToken } from './added-tokens';
import type { JsonObject } from '../base/fetched-file';
import { badModelFile, isObject, readModelJson } from './model-files';

/** The names under which transformers looks for one special token each. */
export const SPECIAL_TOKEN_KEYS = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;

/** A token to be added, before it has an id. */
type Candidate = Omit<AddedToken, 'id'>;

/**
 * The added tokens of a model folder: tokenizer.json's, and those that stand in its other files alone, as transformers 5.24 adds them. In
 * tokenizer_config.json's added_tokens_decoder (else in added_tokens.json), then whatever is named as a special token. A token that the
 * vocabulary has keeps its id, others get the next one, whatever id the file gives them. Flags of added_tokens_decoder are the last word.
 * @param own of tokenizer.json
 * @param vocab of its model
 * @throws SftError model-file-not-json, tokenizer-unsupported
 */
export async function completeAddedTokens(
  modelDir: string,
  own: readonly AddedToken[],
  vocab: ReadonlyMap<string, number>,
): Promise<AddedToken[]> {
  const config = (await readModelJson(modelDir, 'tokenizer_config.json')) ?? {};
  const decoder = config['added_tokens_decoder'];
  const modern = decoder !== undefined && decoder !== null;
  const map = modern ? {} : ((await readModelJson(modelDir, 'special_tokens_map.json')) ?? {});
  const named = namedTokens({ ...config, ...map });
  const names = new Set(named.map(({ content }) => content));
  const later = modern
    ? inDecoder(decoder, path.join(modelDir, 'tokenizer_config.json'))
    : await inFile(modelDir, own, names);
  const known = new Set([...own, ...later].map(({ content }) => content));
  const tokens = new Map(own.map((token) => [token.content, token]));
  const size = vocab.size;
  let highest = own.reduce((most, { id }) => Math.max(most, id), -1);
  for (const token of [...later, ...named.filter(({ content }) => !known.has(content))]) {
    const { content } = token;
    if (content === '') continue;
    const before = tokens.get(content);
    const id = before?.id ?? vocab.get(content) ?? (highest >= size ? highest + 1 : size);
    highest = Math.max(highest, id);
    // Special once is special for ever.
    tokens.set(content, { ...token, id, special: token.special || names.has(content) || before?.special === true });
  }
  return [...tokens.values()];
}

function inDecoder(decoder: unknown, file: string): Candidate[] {
  if (!isObject(decoder)) throw badModelFile(file, 'its added_tokens_decoder is not an object');
  return Object.entries(decoder)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([id, entry]) => addedTokenOf(isObject(entry) ? { ...entry, id: Number(id) } : entry, file));
}

/** Those of added_tokens.json whose ids tokenizer.json does not give away. */
async function inFile(
  modelDir: string,
  own: readonly AddedToken[],
  special: ReadonlySet<string>,
): Promise<readonly Candidate[]> {
  const file = path.join(modelDir, 'added_tokens.json');
  const entries = Object.entries((await readModelJson(modelDir, 'added_tokens.json')) ?? {});
  const bad = entries.find(([, id]) => !isTokenId(id));
  if (bad !== undefined) throw badModelFile(file, `its token ${JSON.stringify(bad[0])} has no whole number as id`);
  const taken = new Set(own.map(({ id }) => id));
  return (entries as [string, number][])
    .filter(([, id]) => !taken.has(id))
    .sort(([, a], [, b]) => a - b)
    .map(([content]) => plain(content, special.has(content)));
}

/** The tokens that are named, as bos_token and the like or in a list of further ones. */
function namedTokens(config: JsonObject): Candidate[] {
  const keys: readonly string[] = SPECIAL_TOKEN_KEYS;
  const own = Object.keys(config).filter((key) => key.endsWith('_token') && !keys.includes(key));
  const more = config['extra_special_tokens'] ?? config['additional_special_tokens'];
  const list: readonly unknown[] = Array.isArray(more) ? more : isObject(more) ? Object.values(more) : [];
  return [...[...keys, ...own].map((key) => config[key]), ...list].flatMap((value) => {
    if (typeof value === 'string') return [plain(value, true)];
    return isObject(value) && typeof value['content'] === 'string' ? [addedTokenOf({ ...value, id: 0 }, '')] : [];
  });
}

function plain(content: string, special: boolean): Candidate {
  return { content, special, singleWord: false, lstrip: false, rstrip: false, normalized: !special };
}
