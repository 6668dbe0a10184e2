import { PERSONAL_DATA } from './personal-data-kinds';
import { matchesOf, sourceMatches, textRule, type TextProblem } from './text-rule';

const CANDIDATE =
  /@[A-Za-z0-9-]+\.|\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d|\(\d{3}\)|PRIVATE KEY|sk-|gh[pousr]_|github_pat|hf_|AKIA|AIza|xox[abpr]-|eyJ|passw|pwd|api[_ -]?key|secret|[A-Z]{2}\d\d ?[A-Z0-9]{4}/i;

/** Data of a person, or a secret: a model that learns it may say it to anybody. */
export const personalData = textRule(
  'personal-data',
  'warning',
  sourceMatches(CANDIDATE),
  function* ({ value }): Generator<TextProblem> {
    if (!CANDIDATE.test(value)) return;
    const taken: TextProblem[] = [];
    for (const { name, pattern, mask, severity, holds } of PERSONAL_DATA) {
      for (const { from, to, found } of matchesOf(pattern, value)) {
        if (holds?.(found, value, from) === false) continue;
        if (taken.some((other) => other.from < to && from < other.to)) continue;
        taken.push({
          from,
          to,
          message: `this looks like ${name} - write ${mask} or a made-up one instead`,
          ...(severity === undefined ? {} : { severity }),
          repair: { title: `Replace by ${mask}`, from, to, text: mask, safe: false },
        });
      }
    }
    yield* taken.sort((a, b) => a.from - b.from);
  },
);
