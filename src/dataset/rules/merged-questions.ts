import { textRule, type TextProblem } from './text-rule';

/** `1.`, `(2)`, `b)`, `Q3:`, or the mark of a list. */
const MARK = /(?:\(?(?:[1-9]\d?|[a-h])[.):]|Q[1-9]\d?[.:)]|[-*•])/.source;
/** What stands before a question is looked at, not taken: it may be the end of the question before. */
const LISTED = new RegExp(`(?<=^|\\n|\\?[;,]?)\\s*${MARK}\\s+[^\\n?]{8,300}\\?`, 'g');
const FULL = new RegExp(
  `(?<=^|[.?!\\n]\\s*(?:${MARK}\\s+)?)[\\p{Lu}¿][^?\\n]{14,300}\\?(?=\\s|$|¿|\\p{Lu}\\p{Ll}*\\s)`,
  'gu',
);
/** So many questions in running text are no longer one question and its follow-up. */
const MANY = 3;

/** One example asks several questions: each with its own answer teaches more. */
export const mergedQuestions = textRule(
  'merged-questions',
  'warning',
  ({ example }) => secondQuestion(example.value.question),
  function* ({ role, value }): Generator<TextProblem> {
    if (role !== 'question' || !secondQuestion(value)) return;
    const listed = value.match(LISTED)?.length ?? 0;
    const full = value.replace(/["“'][^"”'\n]*\?["”']/g, '').match(FULL)?.length ?? 0;
    const count = Math.max(listed, full);
    if (listed < 2 && count < MANY) return;
    yield {
      from: 0,
      to: value.length,
      message: `${count} questions are in one example - give each its own example`,
    };
  },
);

function secondQuestion(question: string): boolean {
  const first = question.indexOf('?');
  return first !== -1 && question.includes('?', first + 1);
}
