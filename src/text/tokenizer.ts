import path from 'node:path';
import { SftError } from '../base/errors';
import { AddedTokenSplitter, readAddedTokens, type AddedToken } from './added-tokens';
import { toByteAlphabet } from './byte-alphabet';
import { createDecoder, type DecoderStream } from './decoder';
import type { JsonObject } from '../base/fetched-file';
import { LiteralMarks, unmarked } from './literal-marks';
import { completeAddedTokens } from './later-tokens';
import { badModelFile, isObject, readModelJson, requireModelFolder } from './model-files';
import { createNormalizer, type Normalizer } from './normalizer';
import { createPreTokenizer, type PreTokenizer } from './pre-tokenizer';
import { readSpecialTokens } from './special-tokens';
import { createTokenModel, type TokenModel } from './token-model';

export interface TextTokenizer {
  /** Highest id + 1, added tokens included. */
  readonly vocabSize: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
  /**
   * Ids of the text. No special token is added; those written in the text are recognised.
   * @param marked whether the text has parts that came through `literal`
   */
  encode(text: string, marked?: boolean): number[];
  /** A text in which the special tokens that are written out in it are marked as text: data must not act as control. */
  literal(text: string): string;
  /** The text of the ids, exactly as written (no clean-up of spaces). Ids outside the vocabulary are left out. */
  decode(ids: readonly number[], options?: DecodeOptions): string;
  tokenId(token: string): number | undefined;
  /** The token as it stands in the vocabulary (byte alphabet and all); an empty string for an id outside it. */
  tokenText(id: number): string;
  /** Whether decoding with skipSpecialTokens leaves it out. */
  isSpecial(id: number): boolean;
  /** Whether it is one of the added tokens, special or not. */
  isAdded(id: number): boolean;
  /** The pieces that are encoded on their own, in order: pre-tokens as text, without marks, added tokens as their id. `marked`: as encode. */
  visitPieces(text: string, visit: (piece: string | number) => void, marked?: boolean): void;
  /** Whether the pieces, one after the other, are the text itself: nothing is normalised, added or left out. */
  readonly piecesAreText: boolean;
  /** Ids of one pre-token that `visitPieces` gave. */
  encodePiece(piece: string): readonly number[];
  decodeStream(): DecoderStream;
}

export interface DecodeOptions {
  readonly skipSpecialTokens?: boolean;
}

/** Longer pieces hardly come twice. */
const LONGEST_CACHED = 64;
/** Without a pre-tokenizer a piece is a whole text: longer than a word, it is cut where no merge reaches across. */
const CUT_FROM = 16;
const CACHED_PIECES = 50_000;

/**
 * The tokenizer of a Hugging Face model folder: tokenizer.json, with the names of its special tokens from
 * tokenizer_config.json, special_tokens_map.json or config.json, and the tokens that those add. BPE and Unigram; anything that would give other ids than the
 * tokenizers library is refused by name. Errors: model-folder-missing, tokenizer-missing, model-file-not-json,
 * tokenizer-unsupported.
 */
export async function loadTokenizer(modelDir: string): Promise<TextTokenizer> {
  await requireModelFolder(modelDir);
  const json = await readModelJson(modelDir, 'tokenizer.json');
  const file = path.join(modelDir, 'tokenizer.json');
  if (json === undefined) {
    throw new SftError('tokenizer-missing', 'the model folder has no tokenizer.json', {
      file,
      remedy: "fetch tokenizer.json from the model's page as well (tokenizer.model alone is not supported)",
      exitCode: 2,
    });
  }
  if (!isObject(json['model'])) throw badModelFile(file, 'it has no "model"');
  const preTokenizer = createPreTokenizer(json['pre_tokenizer'], file);
  const model = createTokenModel(json['model'], file, !preTokenizer.bytesLast);
  const added = await completeAddedTokens(modelDir, readAddedTokens(json['added_tokens'], file), model.vocab);
  const tokenizer = new JsonTokenizer(json, preTokenizer, model, added, file);
  const special = await readSpecialTokens(modelDir, (id) => tokenizer.tokenText(id));
  return tokenizer.withSpecial(special.bos, special.eos);
}

class JsonTokenizer implements TextTokenizer {
  readonly vocabSize: number;
  readonly piecesAreText: boolean;
  bosTokenId?: number;
  eosTokenId?: number;
  private readonly normalizer: Normalizer | undefined;
  private readonly createStream: () => DecoderStream;
  private readonly addedIds: ReadonlyMap<string, number>;
  private readonly addedTexts: ReadonlyMap<number, string>;
  private readonly specialIds: ReadonlySet<number>;
  private readonly marks: LiteralMarks;
  private readonly raw: AddedTokenSplitter;
  private readonly normalized: AddedTokenSplitter;
  private readonly texts: string[] = [];
  private cache = new Map<string, readonly number[]>();

  constructor(
    json: JsonObject,
    private readonly preTokenizer: PreTokenizer,
    private readonly model: TokenModel,
    added: readonly AddedToken[],
    file: string,
  ) {
    this.normalizer = createNormalizer(json['normalizer'], file);
    this.createStream = createDecoder(json['decoder'], file);
    this.addedIds = new Map(added.map((token) => [token.content, token.id]));
    this.addedTexts = new Map(added.map((token) => [token.id, token.content]));
    this.specialIds = new Set(added.filter((token) => token.special).map((token) => token.id));
    this.marks = new LiteralMarks(added.filter((token) => token.special).map((token) => token.content));
    const inNormalized = added.filter((token) => token.normalized);
    this.raw = new AddedTokenSplitter(
      added.filter((token) => !token.normalized).map((token) => [token.content, token]),
      file,
    );
    this.normalized = new AddedTokenSplitter(
      inNormalized.map((token) => [this.normalizer?.(token.content) ?? token.content, token]),
      file,
    );
    this.piecesAreText =
      this.normalizer === undefined &&
      this.preTokenizer.keepsText &&
      !added.some(({ lstrip, rstrip }) => lstrip || rstrip);
    let highest = -1;
    for (const [text, id] of this.model.vocab) {
      this.texts[id] = text;
      if (id > highest) highest = id;
    }
    for (const token of added) {
      this.texts[token.id] = token.content;
      if (token.id > highest) highest = token.id;
    }
    this.vocabSize = highest + 1;
  }

  withSpecial(bos: string | undefined, eos: string | undefined): this {
    const bosId = bos === undefined ? undefined : this.tokenId(bos);
    const eosId = eos === undefined ? undefined : this.tokenId(eos);
    if (bosId !== undefined) this.bosTokenId = bosId;
    if (eosId !== undefined) this.eosTokenId = eosId;
    return this;
  }

  encode(text: string, marked = false): number[] {
    const ids: number[] = [];
    this.visitPieces(
      text,
      (piece) => {
        if (typeof piece === 'number') ids.push(piece);
        else for (const id of this.encodePiece(piece)) ids.push(id);
      },
      marked,
    );
    return ids;
  }

  literal(text: string): string {
    return this.marks.mark(text);
  }

  visitPieces(text: string, visit: (piece: string | number) => void, marked = false): void {
    for (const section of this.raw.split(text)) {
      if ('token' in section) {
        visit(section.token.id);
        continue;
      }
      const content = this.normalizer === undefined ? section.text : this.normalizer(section.text);
      for (const part of this.normalized.split(content)) {
        if ('token' in part) visit(part.token.id);
        else this.visitText(marked ? unmarked(part.text) : part.text, section.start === 0 && part.start === 0, visit);
      }
    }
  }

  private visitText(text: string, first: boolean, visit: (piece: string) => void): void {
    for (const piece of this.preTokenizer.split(text, first)) {
      if (piece.length <= CUT_FROM) visit(piece);
      else for (const part of this.model.cut(piece)) visit(part);
    }
  }

  encodePiece(piece: string): readonly number[] {
    if (piece.length > LONGEST_CACHED) return this.encodeUncached(piece);
    const known = this.cache.get(piece);
    if (known !== undefined) return known;
    const ids = this.encodeUncached(piece);
    if (this.cache.size >= CACHED_PIECES) this.cache = new Map();
    this.cache.set(piece, ids);
    return ids;
  }

  private encodeUncached(piece: string): readonly number[] {
    return this.model.encode(this.preTokenizer.bytesLast ? toByteAlphabet(piece) : piece);
  }

  decode(ids: readonly number[], options: DecodeOptions = {}): string {
    const stream = this.createStream();
    let text = '';
    for (const id of ids) {
      const token = this.texts[id];
      if (token === undefined || (options.skipSpecialTokens === true && this.specialIds.has(id))) continue;
      text += stream.push(token);
    }
    return text + stream.end();
  }

  decodeStream(): DecoderStream {
    return this.createStream();
  }

  tokenId(token: string): number | undefined {
    return this.addedIds.get(token) ?? this.model.vocab.get(token);
  }

  tokenText(id: number): string {
    return this.texts[id] ?? '';
  }

  isSpecial(id: number): boolean {
    return this.specialIds.has(id);
  }

  isAdded(id: number): boolean {
    return this.addedTexts.has(id);
  }
}
