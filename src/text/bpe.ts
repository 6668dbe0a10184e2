import { SftError } from '../base/errors';
import type { JsonObject } from '../base/fetched-file';
import { isTokenId } from './added-tokens';
import { ByteTokens } from './byte-tokens';
import { isObject, SUPPORTED_TOKENIZERS } from './model-files';
import { mergeSymbols } from './merge-symbols';
import { MergeTable } from './merge-table';

/** tokenizer.json's BPE model: pre-tokens (already in the byte alphabet where there is one) to ids. */
export class BpeModel {
  readonly vocab: ReadonlyMap<string, number>;
  private readonly merges: MergeTable;
  /** Character pairs that some merge joins: two neighbours that are not in it never share a token. Only where `cuts`. */
  private readonly joints = new Set<string>();
  private readonly unknownId: number | undefined;
  private readonly fuseUnknown: boolean;
  private readonly wholeFirst: boolean;
  /** Where the model spells unknown characters as bytes. */
  private readonly bytes: ByteTokens | undefined;

  /**
   * `config` is tokenizer.json's `model`; what differs from plain BPE and is not known here is refused by name. `cuts`:
   * whether long pieces are to be cut, for models without a pre-tokenizer.
   */
  constructor(
    config: JsonObject,
    file: string,
    private readonly cuts: boolean,
  ) {
    const refuse = (reason: string): SftError =>
      new SftError('tokenizer-unsupported', reason, { file, remedy: SUPPORTED_TOKENIZERS });
    if (config['type'] !== undefined && config['type'] !== 'BPE') {
      throw refuse(`tokenizer model type ${JSON.stringify(config['type'])} is not supported, only BPE and Unigram are`);
    }
    if (!isObject(config['vocab']) || !Array.isArray(config['merges'])) {
      throw refuse('its model has no vocab and merges, so it is no BPE model');
    }
    for (const key of ['continuing_subword_prefix', 'end_of_word_suffix'] as const) {
      if (typeof config[key] === 'string' && config[key] !== '') throw refuse(`BPE with ${key} is not supported`);
    }
    if (typeof config['dropout'] === 'number' && config['dropout'] > 0) {
      throw refuse('BPE with dropout gives other tokens each time and is not supported');
    }
    this.vocab = new Map(Object.entries(config['vocab']) as [string, number][]);
    for (const [token, id] of this.vocab) {
      if (!isTokenId(id)) throw refuse(`its token ${JSON.stringify(token)} has no whole number as id`);
    }
    this.merges = this.readMerges(config['merges'] as readonly unknown[], refuse);
    this.unknownId = typeof config['unk_token'] === 'string' ? this.vocab.get(config['unk_token']) : undefined;
    this.fuseUnknown = config['fuse_unk'] === true;
    this.wholeFirst = config['ignore_merges'] === true;
    if (config['byte_fallback'] === true) this.bytes = new ByteTokens(this.vocab);
  }

  encode(piece: string): readonly number[] {
    const whole = this.wholeFirst || piece.length === 1 ? this.vocab.get(piece) : undefined;
    if (whole !== undefined) return [whole];
    const symbols = this.symbolsOf(piece);
    const count = mergeSymbols(symbols, symbols.length, this.merges);
    return Array.from(symbols.subarray(0, count));
  }

  /**
   * Cuts a long pre-token where no merge can reach across, so that parts can be cached; encoding the parts gives the
   * same ids as encoding the whole. For models without a pre-tokenizer (Llama 2) the parts are about the words.
   */
  cut(piece: string): readonly string[] {
    if (!this.cuts || this.wholeFirst) return [piece];
    const parts: string[] = [];
    let start = 0;
    let before = '';
    let at = 0;
    for (const char of piece) {
      if (at > 0 && !this.joints.has(before + char) && this.vocab.has(before) && this.vocab.has(char)) {
        parts.push(piece.slice(start, at));
        start = at;
      }
      before = char;
      at += char.length;
    }
    parts.push(piece.slice(start));
    return parts;
  }

  private readMerges(merges: readonly unknown[], refuse: (reason: string) => SftError): MergeTable {
    const table = new MergeTable(merges.length);
    for (const [rank, entry] of merges.entries()) {
      const [left, right] = pairOf(entry);
      const a = this.vocab.get(left);
      const b = this.vocab.get(right);
      const merged = this.vocab.get(left + right);
      if (left === '' || right === '' || a === undefined || b === undefined || merged === undefined) {
        throw refuse(`merge ${rank} ${JSON.stringify(entry)} names a token that the vocabulary lacks`);
      }
      table.set(a, b, rank, merged);
      if (this.cuts) this.joints.add(lastCharacter(left) + firstCharacter(right));
    }
    return table;
  }

  private symbolsOf(piece: string): Int32Array {
    const symbols: number[] = [];
    let afterUnknown = false;
    for (const char of piece) {
      const id = this.vocab.get(char);
      if (id !== undefined) {
        symbols.push(id);
        afterUnknown = false;
        continue;
      }
      const bytes = this.bytes?.spell(char);
      if (bytes !== undefined) {
        symbols.push(...bytes);
        afterUnknown = false;
      } else if (this.unknownId !== undefined) {
        // A character that nothing can spell and no unknown token stands for is left out, as in the tokenizers library.
        if (!(afterUnknown && this.fuseUnknown)) symbols.push(this.unknownId);
        afterUnknown = true;
      }
    }
    return Int32Array.from(symbols);
  }
}

/** Merges are written as "left right" in older files; the right side may hold no space. Two empty texts where it is neither. */
function pairOf(entry: unknown): readonly [left: string, right: string] {
  if (typeof entry === 'string') {
    const space = entry.indexOf(' ');
    return space === -1 ? ['', ''] : [entry.slice(0, space), entry.slice(space + 1)];
  }
  const [left, right] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
  return typeof left === 'string' && typeof right === 'string' ? [left, right] : ['', ''];
}

function firstCharacter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0)!);
}

function lastCharacter(text: string): string {
  const last = text.length - 1;
  const pair = last > 0 && /[\uDC00-\uDFFF]/.test(text[last]!) && /[\uD800-\uDBFF]/.test(text[last - 1]!);
  return text.slice(pair ? last - 1 : last);
}
