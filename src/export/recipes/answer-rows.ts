import type { RecipeMessage, RecipeParts, RecipeSource } from './recipe';

/** An answer that is learnt, behind the messages it is asked with. */
export interface AnswerRow {
  readonly prompt: readonly RecipeMessage[];
  readonly answer: RecipeMessage;
}

/**
 * A row for each answer that is learnt. Tools learn the last answer of a row; a conversation with several becomes several rows, each with
 * the very prompt that its answer is asked with.
 */
export function answerRows(conversations: RecipeParts['train']): AnswerRow[] {
  return conversations.flatMap((messages) =>
    messages.flatMap((answer, at) => (answer.trained ? [{ prompt: messages.slice(0, at), answer }] : [])),
  );
}

/** What is to be said where conversations became more rows than they are. */
export function rowNotes({ parts: { train } }: RecipeSource): string[] {
  const rows = answerRows(train).length;
  if (rows === train.length) return [];
  return [
    `${train.length} conversations have ${rows} answers that are learnt, and the tool learns one a row: it has ${rows} rows, and an update sees rows where it sees conversations here`,
  ];
}

/** A message as chat templates read it. */
export interface TemplateMessage {
  readonly role: string;
  readonly content: string;
  readonly reasoning_content?: string;
}

/** The thoughts stand beside the answer, under the name that templates know. */
export function templateMessage({ role, content, thoughts }: RecipeMessage): TemplateMessage {
  return { role, content, ...(thoughts === undefined ? {} : { reasoning_content: thoughts }) };
}

/** A JSON document a line. */
export function jsonLines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** Whether a template asks to be told if the model thinks. */
export function asksAboutThinking({ chatTemplate }: RecipeSource): boolean {
  return chatTemplate.includes('enable_thinking');
}
