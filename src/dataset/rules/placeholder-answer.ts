import { matchesOf, shown, sourceMatches, textRule, type TextProblem } from './text-rule';

const CANDIDATE =
  /todo|tbd|tba|n\/a|fixme|placeholder|lorem ipsum|x{3,}|insert|your|\[[a-z]|an ai\b|to be |goes here|answer here|not available|coming soon/i;
/** The whole answer is a placeholder. */
const WHOLE =
  /^\W*(?:todo|tbd|tba|n\/a|na|fixme|placeholder|xxx+|coming soon|(?:your |the )?answer (?:goes )?here|to be (?:added|written|completed|confirmed|determined))\b[\s.!:…-]*$/i;
/** A part of it is one, whatever stands around it. */
const PART =
  /\b(?:TODO|TBD|FIXME)\b|\blorem ipsum\b|\[(?:your|my|the|company|first|last|full)?[ _]?(?:name|date|address|city|company|email|phone(?: number)?|title|position|number|amount|link|url|insert [^\]\n]{1,40}|your [^\]\n]{1,40})\]|<(?:your|insert)[ _-][^<>\n]{1,40}>|\b(?:as|i am|i'm) an ai(?: language)? (?:model|assistant)\b/gi;

/** Nothing but dots and dashes. */
const NO_WORD = /^[\s.…_?-]{1,40}$/;

const mayBePlaceholder = sourceMatches(CANDIDATE);

/** An answer that was never written, or keeps a template's gap. */
export const placeholderAnswer = textRule(
  'placeholder-answer',
  'warning',
  (subject) => mayBePlaceholder(subject) || NO_WORD.test(subject.example.value.answer),
  function* ({ role, value }): Generator<TextProblem> {
    if (role !== 'answer') return;
    if (WHOLE.test(value) || NO_WORD.test(value)) {
      yield { from: 0, to: value.length, message: `${shown(value.trim())} is a placeholder - write the answer` };
      return;
    }
    for (const { from, to, found } of matchesOf(PART, value)) {
      // "todo" is a word of its own ("a todo list", Spanish "todo"): only capitals say that something is missing.
      if (/^(?:todo|tbd|fixme)$/i.test(found) && found !== found.toUpperCase()) continue;
      const remedy = /\bai\b/i.test(found) ? 'write the answer itself' : 'write what belongs there';
      yield { from, to, message: `${shown(found)} is a placeholder - ${remedy}` };
    }
  },
);
