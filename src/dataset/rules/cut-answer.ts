import { textRule, type TextProblem } from './text-rule';

const MIN_WORDS = 6;
/** Words that want another after them. */
const OPEN_WORD =
  /(?:^|\s)(?:the|a|an|and|or|but|of|to|for|with|from|by|at|into|because|which|that|who|whose|when|while|if|as|than|is|are|was|were|will|would|can|could|should|must|may|your|their|its|his|our|my|including|such|between|through|during|without|per)$/i;
const OPEN_MARK = /[,;([{“‘«-]$/;

/** A last sentence that, unlike the one before it, has no end. One letter with a point ("U.S.") may stand within a sentence. */
const LAST_SENTENCE = /(?:[a-z)]|[A-Z]{2})[.!?] [A-Z][a-z]+(?: [a-z’']+){3,30}\s*$/;

/** An answer that stops in the middle of a sentence. Lists, code, names and numbers end without a mark and are fine. */
export const cutAnswer = textRule(
  'cut-answer',
  'warning',
  ({ example: { value } }) =>
    endsOpen(value.answer.slice(-60).trimEnd()) || LAST_SENTENCE.test(value.answer.slice(-300)),
  function* ({ role, value }): Generator<TextProblem> {
    if (role !== 'answer') return;
    const text = value.trimEnd();
    if (
      (!endsOpen(text.slice(-60)) && !LAST_SENTENCE.test(text.slice(-300))) ||
      text.split(/\s+/, MIN_WORDS).length < MIN_WORDS
    )
      return;
    // Code ends as it likes.
    if (/```|[;{}]\s*\n/.test(text)) return;
    const from = text.length - (/\S+$/.exec(text.slice(-60))?.[0].length ?? 1);
    yield {
      from,
      to: text.length,
      message: `the answer stops in the middle of a sentence - complete it`,
    };
  },
);

function endsOpen(end: string): boolean {
  return OPEN_MARK.test(end) || OPEN_WORD.test(end);
}
