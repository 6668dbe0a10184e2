import { textRule, type TextProblem } from './text-rule';

const NUMBERED = /(?:^|\n)\s*(?:\(?[1-9]\d?[.)]|Q[1-9]\d?[.:)])\s+[^\n?]{8,300}\?/g;
/** So many questions in running text are no longer one question and its follow-up. */
const MANY = 3;

/** One example asks several questions: each with its own answer teaches more. */
export const mergedQuestions = textRule(
  'merged-questions',
  'warning',
  ({ example }) => secondQuestion(example.value.question),
  function* ({ role, value }): Generator<TextProblem> {
    if (role !== 'question' || !secondQuestion(value)) return;
    const numbered = value.match(NUMBERED)?.length ?? 0;
    const sentences = value
      .replace(/["“'][^"”'\n]*\?["”']/g, '')
      .match(/(?<=^|[.?!\n]\s*)[\p{Lu}¿][^?\n]{14,300}\?(?=\s|$)/gu)?.length;
    const count = Math.max(numbered, sentences ?? 0);
    if (numbered < 2 && count < MANY) return;
    yield {
      from: 0,
      to: value.length,
      message: `${count} questions stand in one example - give each its own example`,
    };
  },
);

function secondQuestion(question: string): boolean {
  const first = question.indexOf('?');
  return first !== -1 && question.includes('?', first + 1);
}
