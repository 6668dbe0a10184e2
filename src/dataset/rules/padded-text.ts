import { textRule, type TextProblem } from './text-rule';

/** White space behind a quote that opens, or before one that closes. It begins with the quote: commas and spaces are many. */
const PADDED = /"(?:\\[nrtu]|\s)(?<=[:,[]\s*"(?:\\[nrtu]|\s))|"(?=\s*[,}\]])(?<=(?:\\[nrt]|\\u[0-9a-fA-F]{4}|\s)")/;

/** White space at the start or end of a text. It would be learnt, or cut away by some templates and not by others. */
export const paddedText = textRule(
  'padded-text',
  'warning',
  ({ source, example: { value } }) =>
    PADDED.test(source) ||
    value.question.trim().length !== value.question.length ||
    value.answer.trim().length !== value.answer.length,
  function* ({ role, value }): Generator<TextProblem> {
    if (value.trim() === '' || role === 'transcript') return;
    // A byte order mark at the edge is control-characters' to report, though JavaScript counts it as white space.
    const head = /^[^\S\ufeff]*/.exec(value)![0].length;
    let tail = value.length;
    while (/[^\S\ufeff]/.test(value[tail - 1]!)) tail--;
    if (head > 0) yield problem(0, head, 'begins');
    if (tail < value.length) yield problem(tail, value.length, 'ends');
  },
);

function problem(from: number, to: number, verb: string): TextProblem {
  return {
    from,
    to,
    message: `the text ${verb} with white space - remove it`,
    repair: { title: 'Remove the white space', from, to, text: '', safe: true },
  };
}
