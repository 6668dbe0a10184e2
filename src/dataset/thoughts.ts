import type { DatasetExample } from './example';

const OPENS = '<think>';
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
  value,
  thoughts,
  history = [],
}: Pick<DatasetExample, 'value' | 'thoughts' | 'history'>): boolean {
  const has = (content: string, beside: string | undefined): boolean =>
    beside !== undefined || (splitThoughts(content)?.thoughts ?? '') !== '';
  return (
    has(value.answer, thoughts) || history.some((turn) => turn.role === 'assistant' && has(turn.content, turn.thoughts))
  );
}
