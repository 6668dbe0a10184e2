import { matchesOf, shown, sourceMatches, textRule, type TextProblem } from './text-rule';

const MEDIA =
  /!\[[^\]\n]{0,200}\]\([^)\n]{0,1000}\)|<(?:img|video|audio|iframe)\b[^<>\n]{0,500}>|\b(?:see|in|as shown in|shown in|refer to|from|look at|according to) (?:the |this )?(?:attached |following )?(?:image|picture|photo|photograph|figure|diagram|screenshot|chart|graph|map|video|table|attachment)(?: (?:below|above|attached|shown|on the (?:left|right)))\b|\bas shown in (?:the )?(?:figure|image|picture|diagram|chart|screenshot|graph)\b|\b(?:see|refer to) (?:the )?(?:attached|figure \d|fig\. ?\d)|\bsee (?:the )?(?:image|picture|screenshot|figure|diagram)\b/gi;
const CANDIDATE =
  /!\[|<img|<video|<audio|<iframe|image|picture|photo|figure|diagram|screenshot|chart|graph|attach|fig\.|map (?:below|above)|video|table (?:below|above)/i;

/** A picture or file that the text speaks of and the model cannot see. */
export const missingMedia = textRule(
  'missing-media',
  'warning',
  sourceMatches(CANDIDATE),
  function* ({ role, value }): Generator<TextProblem> {
    if ((role !== 'question' && role !== 'answer') || !CANDIDATE.test(value)) return;
    for (const { from, to, found } of matchesOf(MEDIA, value)) {
      yield { from, to, message: `${shown(found)}: the model sees no pictures or files - describe them in words` };
    }
  },
);
