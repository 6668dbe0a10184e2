import { findMojibake, MOJIBAKE_CANDIDATE } from './mojibake-text';
import { shown, sourceMatches, textRule, type TextProblem } from './text-rule';

/** UTF-8 that was read as Windows-1252, Latin-1 or Mac Roman: `Ã©` for é, `‚Ç¶` for ₦. */
export const mojibake = textRule(
  'mojibake',
  'warning',
  sourceMatches(MOJIBAKE_CANDIDATE),
  function* ({ value }): Generator<TextProblem> {
    for (const { from, to, repaired } of findMojibake(value)) {
      const title = `Replace by ${shown(repaired)}`;
      const message = `${shown(value.slice(from, to))} was read with the wrong encoding - write ${shown(repaired)}`;
      yield { from, to, message, repair: { title, from, to, text: repaired, safe: true } };
    }
  },
);
