import { SftError } from '../../base/errors';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { exportImpossible } from '../export-impossible';

/** What is thrown where Ollama would ask a model with another text than it was trained with. */
export function unsayable(chat: Pick<ChatTokenizer, 'template'>, reason: string): SftError {
  const remedy = 'use --to gguf, whose file holds the chat template itself, with llama.cpp or LM Studio';
  const what = `Ollama's templates cannot express this chat template: ${reason}`;
  return exportImpossible(what, remedy, chat.template.file);
}
