import { SftError } from '../../base/errors';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { exportImpossible } from '../export-impossible';

/** What is thrown where Ollama would ask a model with another text than it was trained with. */
export function unsayable(chat: Pick<ChatTokenizer, 'template'>, reason: string): SftError {
  const remedy = 'take --to gguf, whose file holds the chat template itself, with llama.cpp or LM Studio';
  const what = `Ollama's templates cannot say what this chat template does: ${reason}`;
  return exportImpossible(what, remedy, chat.template.file);
}
