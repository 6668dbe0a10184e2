import type { ChatMessage } from './chat-template';

/** Puts a configured system prompt before a conversation, unless that has a system message of its own. */
export function withSystemPrompt(
  messages: readonly ChatMessage[],
  systemPrompt: string | null | undefined,
): readonly ChatMessage[] {
  if (systemPrompt === null || systemPrompt === undefined || messages[0]?.role === 'system') return messages;
  return [{ role: 'system', content: systemPrompt }, ...messages];
}
