import { textRule, type TextProblem } from './text-rule';

/** Shorter questions may well begin their answer. */
const MIN_LENGTH = 12;

/** The answer begins with its whole question: the model would learn to say the question again. */
export const repeatsQuestion = textRule(
  'repeats-question',
  'warning',
  ({ example: { value } }) => {
    const question = value.question.trim();
    return question.length >= MIN_LENGTH && startsWith(value.answer.slice(labelEnd(value.answer)), question);
  },
  function* ({ role, value }, { example }): Generator<TextProblem> {
    if (role !== 'answer' || value !== example.value.answer) return;
    const question = example.value.question.trim();
    const from = value.length - value.trimStart().length;
    const to = labelEnd(value) + question.length;
    // Another word may go on where the question ended.
    if (/^[\p{L}\p{N}]/u.test(value.slice(to))) return;
    const rest = /^[\s:.\-–—]*(?:a(?:nswer)?\s?:\s*)?/i.exec(value.slice(to))![0].length;
    const nothingLeft = value.slice(to + rest).trim() === '';
    yield {
      from,
      to,
      message: 'the answer begins with the question - remove it',
      ...(nothingLeft
        ? {}
        : { repair: { title: 'Remove the question from the answer', from, to: to + rest, text: '', safe: false } }),
    };
  },
);

/** Where the text begins, after white space and a label such as "Q:". */
function labelEnd(answer: string): number {
  return /^\s*(?:q(?:uestion)?\s?:\s*)?/i.exec(answer)![0].length;
}

function startsWith(answer: string, question: string): boolean {
  return answer.length >= question.length && answer.slice(0, question.length).toLowerCase() === question.toLowerCase();
}
