import { matchesOf, sourceMatches, textRule, type TextProblem } from './text-rule';

const CANDIDATE = /#{1,6} |\*\*|__|\]\(|```/;
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/(?<=^|\n)#{1,6} (?=[^\n]*\p{L})[^\n]+/gu, 'a heading'],
  [/\*\*[^*\s](?:[^*\n]{0,200}[^*\s])?\*\*|(?<!\w)__[^_\s](?:[^_\n]{0,200}[^_\s])?__(?!\w)/g, 'bold text'],
  [/(?<!!)\[[^\]\n]{1,200}\]\((?:https?:|\/|#)[^)\s]{0,500}\)/g, 'a link'],
  [/```/g, 'a code fence'],
];

/** Markdown in an answer: fine where the answers are shown as Markdown, noise where they are not. One finding for each form. */
export const markdownRemnant = textRule(
  'markdown-remnant',
  'info',
  sourceMatches(CANDIDATE),
  function* ({ role, value }): Generator<TextProblem> {
    if (role !== 'answer' || !CANDIDATE.test(value)) return;
    for (const [pattern, name] of FORMS) {
      for (const { from, to } of matchesOf(pattern, value)) {
        yield { from, to, message: `${name} in Markdown - keep it only if the answers are shown as Markdown` };
        break;
      }
    }
  },
);
