import type { LlamaConfig } from '../model/llama-config';
import type { Tuning } from '../model/tuning';

/** What to say where training gives a model whose embedding and head are one table two of them; undefined where it does not. */
export function partedTables(
  { partsTables }: Pick<Tuning, 'partsTables'>,
  { tieWordEmbeddings }: Pick<LlamaConfig, 'tieWordEmbeddings'>,
): string | undefined {
  if (!tieWordEmbeddings || partsTables !== true) return undefined;
  return 'embedding and head of the model are one table, and modules_to_save trains copies of their own: the tuned model has two tables, so it grows by one when merged - set ensure_weight_tying to true to train one shared copy';
}
