import { nthSmallest } from '../base/order-statistic';
import { withEmbeddingRows, type EmbeddingRows } from './embedding-rows';
import type { TextTokenizer } from './tokenizer';

/** As untrainedTokens, of a model folder; none where its table cannot be read. */
export async function untrainedIn(
  modelDir: string,
  tokenizer: TextTokenizer,
  ids: readonly number[],
): Promise<readonly number[]> {
  return (await withEmbeddingRows(modelDir, (rows) => untrainedTokens(ids, tokenizer, rows))) ?? [];
}

/** Rows that others are compared with. */
const SAMPLE = 64;
/** A row shorter than this share of an ordinary one, or nearer to another special token's than this share of the usual, was never trained. */
const SHARE = 0.1;

/**
 * Of some added tokens those whose rows of the token embeddings were never trained: next to nothing, or all alike, beside the rows of ordinary
 * tokens. A base model has such rows for the tokens of a chat template that only its instruct version was trained with.
 */
async function untrainedTokens(
  ids: readonly number[],
  tokenizer: TextTokenizer,
  rowsOf: EmbeddingRows,
): Promise<number[]> {
  const all = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
  const added = all.filter((id) => tokenizer.isAdded(id));
  const words = all.filter((id) => !tokenizer.isAdded(id) && tokenizer.tokenText(id) !== '');
  const step = Math.max(1, Math.floor(words.length / SAMPLE));
  const ordinary = (await rowsOf(words.filter((_, at) => at % step === 0).slice(0, SAMPLE))).filter(isRow);
  if (ordinary.length < 3) return [];
  const usualNorm = median(ordinary.map(norm));
  const usualDistance = median(ordinary.slice(1).map((row, at) => distance(row, ordinary[at]!)));
  const otherIds = [...new Set([...ids, ...added.slice(0, SAMPLE)])];
  const others = await rowsOf(otherIds);
  const rows = await rowsOf(ids);
  return ids.filter((id, at) => {
    const row = rows[at];
    if (row === undefined) return false;
    if (norm(row) < SHARE * usualNorm) return true;
    return others.some(
      (other, i) => isRow(other) && otherIds[i] !== id && distance(row, other) < SHARE * usualDistance,
    );
  });
}

function isRow(row: Float32Array | undefined): row is Float32Array {
  return row !== undefined;
}

function norm(row: Float32Array): number {
  return Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
}

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0));
}

function median(values: readonly number[]): number {
  return nthSmallest(Float64Array.from(values), Math.floor((values.length - 1) / 2));
}
