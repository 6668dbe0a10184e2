import { SftError } from '../../base/errors';
import { TABLES, type ResolvedConfig } from '../../config/config-schema';
import type { LlamaConfig } from '../../model/llama-config';
import type { TuningTarget } from '../method';
import type { TableName, TrainableTokens } from './trained-tables';

/** The tokens whose rows a configuration trains: of the embedding, and of a head of its own. @throws SftError config */
export function chosenTokens(
  { config: model, chat }: Pick<TuningTarget, 'config' | 'chat'>,
  { trainable_tokens: wanted }: Pick<ResolvedConfig, 'trainable_tokens'>,
): TrainableTokens | undefined {
  if (wanted === null) return undefined;
  const refuse = (reason: string, remedy: string): SftError =>
    new SftError('config', `trainable_tokens: ${reason}`, { remedy, exitCode: 2 });
  const tokenizer = (): NonNullable<typeof chat> => {
    if (chat === undefined) throw new RangeError('tokens named by their text need a tokenizer');
    return chat;
  };
  const idOf = (token: string | number): number => {
    const id = typeof token === 'number' ? token : tokenizer().tokenizer.tokenId(token);
    if (id === undefined)
      throw refuse(`${JSON.stringify(token)} is not a token of the model`, 'write it as tokenizer.json does');
    if (id < model.vocabSize) return id;
    throw refuse(`the model has token ids 0 to ${model.vocabSize - 1}, not ${id}`, 'name tokens that the model has');
  };
  const ids = typeof wanted === 'string' ? tokenizer().templateIds : wanted.map(idOf);
  if (ids.length === 0)
    throw refuse('the chat template has no special tokens of its own', 'name tokens, or remove the key');
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  return model.tieWordEmbeddings ? { embed_tokens: sorted } : { embed_tokens: sorted, lm_head: sorted };
}

/**
 * PEFT's trainable_token_indices: a list of ids for the embedding, or a list for each table.
 * @param refuse makes the error that is thrown where it says something else, or what a tied model cannot do
 */
export function readTokenIndices(
  value: unknown,
  model: LlamaConfig,
  refuse: (reason: string) => Error,
): TrainableTokens | undefined {
  if (value === undefined || value === null) return undefined;
  const isIds = (ids: unknown): ids is number[] =>
    Array.isArray(ids) &&
    ids.length > 0 &&
    new Set(ids).size === ids.length &&
    ids.every((id) => Number.isInteger(id) && id >= 0 && id < model.vocabSize);
  if (isIds(value)) return { embed_tokens: value };
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw refuse(`trainable_token_indices are not ids of the model's ${model.vocabSize} tokens, each once`);
  }
  const tokens: Partial<Record<TableName, readonly number[]>> = {};
  for (const [module, ids] of Object.entries(value)) {
    const table = TABLES.find((name) => module === name || module === `${model.decoderPath}.${name}`);
    if (table === undefined || !isIds(ids)) {
      throw refuse(
        `trainable_token_indices of ${JSON.stringify(module)} are not ids of tokens in embed_tokens or lm_head`,
      );
    }
    tokens[table] = ids;
  }
  if (!model.tieWordEmbeddings) return tokens;
  const { embed_tokens: ids, lm_head: ofHead = ids } = tokens;
  if (ids === undefined || ids.join() !== ofHead?.join()) {
    throw refuse(
      'trainable_token_indices train rows of the head apart from the embedding, and the model has one matrix for both',
    );
  }
  return { embed_tokens: ids };
}
