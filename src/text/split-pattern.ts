import { SftError } from '../base/errors';

/** What becomes of the matches of a Split pre-tokenizer. */
export type SplitBehavior = 'Isolated' | 'Removed' | 'Contiguous' | 'MergedWithPrevious' | 'MergedWithNext';

interface Part {
  readonly text: string;
  readonly matched: boolean;
}

/**
 * Splits a text at the matches of a global pattern with the behaviours of the tokenizers library
 * (NormalizedString::split). `invert` exchanges matches and what lies between them. Empty parts are left out.
 * Error: text-run-too-long, for some four million letters without anything between them, where the engine of regular
 * expressions gives up.
 */
export function splitByPattern(text: string, pattern: RegExp, behavior: SplitBehavior, invert: boolean): string[] {
  try {
    return split(text, pattern, behavior, invert);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SftError('text-run-too-long', `a text of millions of characters without a space cannot be tokenised`, {
      remedy: 'split the text, or delete the example: it is not a question or answer',
      cause,
    });
  }
}

function split(text: string, pattern: RegExp, behavior: SplitBehavior, invert: boolean): string[] {
  if (behavior === 'Removed' && invert) return (text.match(pattern) ?? []).filter((part) => part !== '');
  if (behavior === 'Isolated') {
    // The usual patterns cover the whole text: then the matches are the parts.
    const matches = text.match(pattern) ?? [];
    let covered = 0;
    let empty = false;
    for (const match of matches) {
      covered += match.length;
      if (match === '') empty = true;
    }
    if (covered === text.length && !empty) return matches;
  }
  const parts = partsOf(text, pattern, invert);
  switch (behavior) {
    case 'Isolated':
      return parts.map((part) => part.text);
    case 'Removed':
      return parts.filter((part) => !part.matched).map((part) => part.text);
    case 'Contiguous':
      return glue(parts, (before, part) => before.matched === part.matched);
    case 'MergedWithPrevious':
      return glue(parts, (before, part) => part.matched && !before.matched);
    case 'MergedWithNext':
      return glue(parts, (before, part) => before.matched && !part.matched);
  }
}

function partsOf(text: string, pattern: RegExp, invert: boolean): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    if (match[0] === '') continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index), matched: invert });
    parts.push({ text: match[0], matched: !invert });
    done = match.index + match[0].length;
  }
  if (done < text.length) parts.push({ text: text.slice(done), matched: invert });
  return parts;
}

/** Joins a part to the one before it where `joins` says so; the last part glued decides for the next. */
function glue(parts: readonly Part[], joins: (before: Part, part: Part) => boolean): string[] {
  const out: string[] = [];
  let before: Part | undefined;
  for (const part of parts) {
    if (before !== undefined && joins(before, part)) out.push(`${out.pop() ?? ''}${part.text}`);
    else out.push(part.text);
    before = part;
  }
  return out;
}
