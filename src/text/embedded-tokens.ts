import { SftError } from '../base/errors';
import type { ChatTokenizer } from './chat-tokenizer';

/**
 * The tokenizer of a model that has fewer token embeddings than the tokenizer has ids (Llama-2-13b, CodeLlama): it may be used as long as
 * none of the others is. Those of the ids it gives that have no embedding are refused.
 * @param embeddings rows of the model's table
 * @throws SftError token-without-embedding, from what encodes
 */
export function withinEmbeddings(chat: ChatTokenizer, embeddings: number, modelDir: string): ChatTokenizer {
  const { tokenizer } = chat;
  if (tokenizer.vocabSize <= embeddings) return chat;
  const check = (ids: Iterable<number>): void => {
    for (const id of ids) {
      if (id < embeddings) continue;
      const token = JSON.stringify(tokenizer.tokenText(id));
      throw new SftError(
        'token-without-embedding',
        `the token ${token} has the id ${id}, and the model has only ${embeddings} token embeddings`,
        {
          file: modelDir,
          remedy: 'take this token out of the text, or tokenizer.json and the weights from the same model',
        },
      );
    }
  };
  return {
    ...chat,
    encodeExample(example, maxSeqLength) {
      const encoded = chat.encodeExample(example, maxSeqLength);
      check(encoded.ids);
      return encoded;
    },
    encodePrompt(messages) {
      const ids = chat.encodePrompt(messages);
      check(ids);
      return ids;
    },
  };
}
