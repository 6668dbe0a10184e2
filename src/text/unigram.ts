import type { JsonObject } from '../base/fetched-file';
import { ByteTokens } from './byte-tokens';
import { badModelFile, SUPPORTED_TOKENIZERS } from './model-files';
import { SortedTokens } from './sorted-tokens';

/** An unknown character scores so much less than the rarest token. */
const UNKNOWN_PENALTY = 10;

/**
 * tokenizer.json's Unigram model (Kudo 2018): of all ways to cut a pre-token into tokens the one whose scores, the logarithms of their
 * probabilities, have the largest sum. Unknown characters side by side are one unknown token, or the bytes of all of them.
 */
export class UnigramModel {
  readonly vocab: ReadonlyMap<string, number>;
  private readonly scores: Float64Array;
  private readonly tokens: SortedTokens;
  private readonly unknownId: number | undefined;
  private readonly unknownScore: number;
  private readonly bytes: ByteTokens | undefined;

  /** Errors: tokenizer-unsupported */
  constructor(
    config: JsonObject,
    private readonly file: string,
  ) {
    for (const key of ['alpha', 'nbest_size', 'dropout'] as const) {
      if (typeof config[key] === 'number' && config[key] !== 0) {
        throw badModelFile(file, `Unigram with ${key} gives other tokens each time`, SUPPORTED_TOKENIZERS);
      }
    }
    const entries = entriesOf(config['vocab'], file);
    this.scores = Float64Array.from(entries, ([, score]) => score);
    // Of a token that stands there twice the later id counts.
    this.vocab = new Map(entries.map(([token], id) => [token, id]));
    this.tokens = new SortedTokens(this.vocab);
    const unknown = config['unk_id'];
    if (unknown !== undefined && unknown !== null) {
      if (typeof unknown !== 'number' || entries[unknown] === undefined) {
        throw badModelFile(file, `its unk_id is ${JSON.stringify(unknown)}, of ${entries.length} tokens`);
      }
      this.unknownId = unknown;
    }
    this.unknownScore = this.scores.reduce((least, score) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY;
    if (config['byte_fallback'] === true) this.bytes = new ByteTokens(this.vocab);
  }

  encode(piece: string): readonly number[] {
    const ids: number[] = [];
    for (const part of this.best(piece)) {
      const id = this.vocab.get(part);
      if (id !== undefined) ids.push(id);
      else for (const unknown of this.bytes?.spell(part) ?? [this.unknown(part)]) ids.push(unknown);
    }
    return ids;
  }

  /** A better way to cut may begin anywhere. */
  cut(piece: string): readonly string[] {
    return [piece];
  }

  /** The parts of the best way, unknown characters side by side as one. */
  private best(piece: string): string[] {
    const { length } = piece;
    // Of the best way to each place: its score, where its last token begins, and that token.
    const scores = new Float64Array(length + 1);
    const from = new Int32Array(length + 1).fill(-1);
    const last = new Int32Array(length + 1);
    const offer = (at: number, end: number, id: number, score: number): void => {
      if (from[end] !== -1 && score <= scores[end]!) return;
      scores[end] = score;
      from[end] = at;
      last[end] = id;
    };
    let width: number;
    for (let at = 0; at < length; at += width) {
      width = piece.codePointAt(at)! > 0xffff ? 2 : 1;
      const before = scores[at]!;
      this.tokens.visit(piece, at, (end, id) => {
        offer(at, end, id, this.scores[id]! + before);
      });
      const character = piece.slice(at, at + width);
      if (!this.vocab.has(character)) offer(at, at + width, this.unknown(character), this.unknownScore + before);
    }
    const parts: string[] = [];
    for (let end = length; end > 0;) {
      let start = from[end]!;
      if (last[end] === this.unknownId) while (start > 0 && last[start] === this.unknownId) start = from[start]!;
      parts.push(piece.slice(start, end));
      end = start;
    }
    return parts.reverse();
  }

  private unknown(text: string): number {
    if (this.unknownId !== undefined) return this.unknownId;
    throw badModelFile(this.file, `it has no token for ${JSON.stringify(text)}, and none for what is unknown`);
  }
}

function entriesOf(vocab: unknown, file: string): readonly (readonly [token: string, score: number])[] {
  const list: readonly unknown[] = Array.isArray(vocab) ? vocab : [];
  if (list.length === 0) throw badModelFile(file, 'its Unigram model has no list of tokens as vocab');
  for (const [id, entry] of list.entries()) {
    const [token, score] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    if (typeof token !== 'string' || typeof score !== 'number') {
      throw badModelFile(file, `token ${id} of its Unigram model is ${JSON.stringify(entry)}, not a text and a score`);
    }
  }
  return list as readonly (readonly [string, number])[];
}
