import { PARTS, type RecipeMessage, type RecipeParts, type RecipeSource } from './recipe';

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
    `${train.length} conversations have ${rows} answers that are learned, and the tool learns one a row: it has ${rows} rows, and an update sees rows where it sees conversations here`,
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

/**
 * A file of JSON lines for each part that has rows.
 * @param names of the files, where the tool wants others than ours
 */
export function dataFiles(
  parts: RecipeParts,
  rowsOf: (conversations: RecipeParts['train']) => readonly unknown[],
  names: Readonly<Record<string, string>> = {},
): [path: string, text: string][] {
  return PARTS.flatMap((part) => {
    const lines = rowsOf(parts[part]).map((row) => `${JSON.stringify(row)}\n`);
    return lines.length === 0 ? [] : [[`data/${names[part] ?? part}.jsonl`, lines.join('')]];
  });
}

/** What is to be said where a tool takes the chat template from the model's folder alone. */
export function templateNotes({ ownTemplate }: RecipeSource): string[] {
  if (ownTemplate) return [];
  return ['the model has no chat template: put chat_template.jinja into its folder, from where the tool takes it'];
}

/** Whether a template asks to be told if the model thinks. */
export function asksAboutThinking({ chatTemplate }: RecipeSource): boolean {
  return chatTemplate.includes('enable_thinking');
}
