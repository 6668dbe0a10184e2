import type { ChatMessage } from './chat-template';
import type { ChatTokenizer } from './chat-tokenizer';

/** Words that no template has. */
const SYSTEM = 'xqsystemqx';
const QUESTION = 'xqquestionqx';

/**
 * What a template says by itself before a conversation that has no system message: a message of its own, or a head that every system
 * message has.
 * @returns undefined where it says nothing, or takes no system message
 */
export function addedSystem({
  template,
  tokenizer,
}: Pick<ChatTokenizer, 'template' | 'tokenizer'>): string | undefined {
  const question: ChatMessage = { role: 'user', content: QUESTION };
  const written = (...messages: readonly ChatMessage[]): string =>
    template.renderChat(messages, { addGenerationPrompt: true });
  let parts: readonly string[];
  let without: string;
  try {
    parts = written({ role: 'system', content: SYSTEM }, question).split(SYSTEM);
    without = written(question);
  } catch {
    // A template that refuses system messages says so when one is asked for.
    return undefined;
  }
  const [head, tail] = parts;
  if (parts.length !== 2 || !without.startsWith(head!) || !without.endsWith(tail!)) return undefined;
  const own = without.slice(head!.length, without.length - tail!.length).trim();
  // The last added token of the head ends the name of the role, where that is followed by more.
  const ids = tokenizer.encode(head!);
  const words =
    own === '' ? tokenizer.decode(ids.slice(ids.findLastIndex((id) => tokenizer.isAdded(id)) + 1)).trim() : own;
  return words === '' || words === 'system' ? undefined : words;
}
