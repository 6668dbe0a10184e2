import { SftError } from '../base/errors';
import type { TextTokenizer } from './tokenizer';

/**
 * Refuses ids without an embedding: a model may have fewer token embeddings than its tokenizer has ids (Llama-2-13b, CodeLlama), and be used
 * as long as none of the others is.
 * @param embeddings rows of the model's table
 * @throws SftError token-without-embedding
 */
export function checkEmbedded(
  ids: Iterable<number>,
  tokenizer: TextTokenizer,
  { embeddings, modelDir }: { readonly embeddings: number; readonly modelDir: string },
): void {
  if (tokenizer.vocabSize <= embeddings) return;
  for (const id of ids) {
    if (id < embeddings) continue;
    const token = JSON.stringify(tokenizer.tokenText(id));
    throw new SftError(
      'token-without-embedding',
      `the token ${token} has the id ${id}, and the model has only ${embeddings} token embeddings`,
      {
        file: modelDir,
        remedy: 'remove this token from the text, or use tokenizer.json and weights of the same model',
      },
    );
  }
}
