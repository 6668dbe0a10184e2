import { nameOfControl } from '../json/mistakes';
import { findMojibake } from './mojibake-text';
import { matchesOf, sourceMatches, textRule, type TextProblem } from './text-rule';

const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]+/g;
/** Half of a character that takes two UTF-16 units, without the other half. */
const HALVES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ANY = new RegExp(`${HIDDEN.source}|${HALVES.source}`);
/** Any of them or a half that may have its other: told in a third of the time, and of most texts all there is to tell. */
const mayHoldAny = sourceMatches(new RegExp(`${HIDDEN.source.slice(0, -2)}\\ud800-\\udfff]`));

/** Characters that nobody sees: controls, zero-width spaces, byte order marks, direction overrides. Joiners, which scripts and emoji need, stay. */
export const controlCharacters = textRule(
  'control-characters',
  'warning',
  (subject) => mayHoldAny(subject) && (ANY.test(subject.source) || subject.source.includes('\\u')),
  function* ({ value }): Generator<TextProblem> {
    if (!ANY.test(value)) return;
    // What is half of a misread character is repaired as one, not removed.
    const misread = findMojibake(value);
    for (const { from, to } of matchesOf(HIDDEN, value)) {
      if (misread.some((part) => part.from < to && from < part.to)) continue;
      yield {
        from,
        to,
        message: `${nameOf(value.charCodeAt(from))} is invisible in the text - remove it`,
        repair: { title: 'Remove the invisible characters', from, to, text: '', safe: true },
      };
    }
    for (const { from, to } of matchesOf(HALVES, value)) {
      const code = value.charCodeAt(from).toString(16).toUpperCase();
      yield {
        from,
        to,
        message: `half of a character (U+${code}) stands in the text, and would be learned as \ufffd - write the whole, or remove it`,
        repair: { title: 'Remove the half of a character', from, to, text: '', safe: false },
      };
    }
  },
);

function nameOf(code: number): string {
  if (code === 0x200b || code === 0x2060) return 'a zero-width space';
  if (code === 0xfeff) return 'a byte order mark';
  return code < 0xa0 ? nameOfControl(code) : 'a mark that changes the writing direction';
}
