import type { Node } from 'jsonc-parser';
import type { SubjectText, TextRole } from './rule';

const ROLES: Readonly<Record<string, TextRole>> = { question: 'question', answer: 'answer', agency: 'agency' };

/** The texts of a question-and-answer example. */
export function subjectTexts(tree: Node): SubjectText[] {
  const texts: SubjectText[] = [];
  for (const property of tree.children ?? []) {
    const [key, value] = property.children ?? [];
    if (value?.type !== 'string') continue;
    const role = ROLES[key!.value as string] ?? 'other';
    texts.push({ role, value: value.value as string, start: value.offset, end: value.offset + value.length });
  }
  return texts;
}

/**
 * Where the characters [from, to) of a decoded text stand in the source, escapes counted as they are written.
 * @param source the example's source
 */
export function sourceRange(
  source: string,
  text: SubjectText,
  from: number,
  to: number,
): { start: number; end: number } {
  let at = text.start + 1;
  let start = at;
  for (let decoded = 0; decoded < to; decoded++) {
    if (decoded === from) start = at;
    at += source[at] !== '\\' ? 1 : source[at + 1] === 'u' ? 6 : 2;
  }
  return { start: from >= to ? at : start, end: at };
}
