import type { DatasetExample } from './example';
import { messagesOf } from './messages-of';

/** Before thoughts in a text. */
export const OPENS = '<think>';
const CLOSES = '</think>';

/** An answer that begins with its thoughts (`<think>...</think>`), in its two parts. */
export interface ThoughtAnswer {
  readonly thoughts: string;
  /** What follows them, without the line feeds between. */
  readonly answer: string;
}

/** @returns undefined where a text does not begin with thoughts */
export function splitThoughts(text: string): ThoughtAnswer | undefined {
  const start = text.trimStart();
  if (!start.startsWith(OPENS)) return undefined;
  const end = start.indexOf(CLOSES);
  if (end === -1) return undefined;
  return {
    thoughts: start.slice(OPENS.length, end).trim(),
    answer: start.slice(end + CLOSES.length).replace(/^\s+/, ''),
  };
}

/** Whether an answer of the assistant in it has thoughts, written into its text or beside it. */
export function thinks({
  value: { question, answer },
  ...further
}: Pick<DatasetExample, 'value' | 'thoughts' | 'history' | 'turns'>): boolean {
  return messagesOf({ question, answer, ...further }).some(
    ({ role, content, thoughts }) =>
      role === 'assistant' && (thoughts !== undefined || (splitThoughts(content)?.thoughts ?? '') !== ''),
  );
}
