import type { JsonObject } from '../base/fetched-file';
import { BpeModel } from './bpe';
import { UnigramModel } from './unigram';

/** tokenizer.json's `model`: what ids a pre-token has. */
export interface TokenModel {
  readonly vocab: ReadonlyMap<string, number>;
  encode(piece: string): readonly number[];
  /** Parts of a long pre-token that are encoded on their own to the same ids; the pre-token itself where there is no telling. */
  cut(piece: string): readonly string[];
}

/** @param cuts as BpeModel takes it. Errors: tokenizer-unsupported */
export function createTokenModel(config: JsonObject, file: string, cuts: boolean): TokenModel {
  return isUnigram(config) ? new UnigramModel(config, file) : new BpeModel(config, file, cuts);
}

/** Old files do not name the kind; only Unigram has its vocabulary as a list. */
export function isUnigram({ type, vocab }: JsonObject): boolean {
  return type === 'Unigram' || ((type === undefined || type === null) && Array.isArray(vocab));
}
