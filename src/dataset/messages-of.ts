import type { DatasetExample, ExampleMessage } from './example';

/** What a conversation is made from: `turns` where tools are called in it, else the question, its answer and what stands before them. */
export interface ConversationParts extends Pick<DatasetExample, 'turns'> {
  readonly question: string;
  readonly answer: string;
  readonly thoughts?: string | undefined;
  readonly history?: readonly ExampleMessage[] | undefined;
}

/** All messages of a conversation; the last is the answer. */
export function messagesOf({
  question,
  answer,
  thoughts,
  history = [],
  turns,
}: ConversationParts): readonly ExampleMessage[] {
  if (turns !== undefined) return turns;
  const said: ExampleMessage = { role: 'assistant', content: answer, ...(thoughts === undefined ? {} : { thoughts }) };
  return [...history, { role: 'user', content: question }, said];
}

/** The messages that the answer is asked with. */
export function askedMessages({
  question,
  history = [],
  turns,
}: Omit<ConversationParts, 'answer' | 'thoughts'>): readonly ExampleMessage[] {
  return turns === undefined ? [...history, { role: 'user', content: question }] : turns.slice(0, -1);
}
