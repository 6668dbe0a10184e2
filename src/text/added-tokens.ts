import { badModelFile, isObject } from './model-files';

/** One entry of tokenizer.json's `added_tokens`. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  /** Match only where no word character stands beside it. */
  readonly singleWord: boolean;
  /** Swallow white space to the left / right. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Looked for in the normalised text instead of the raw text. */
  readonly normalized: boolean;
}

/** Text between added tokens (`start` is its offset in the text that was split), or an added token. */
export type Section = { readonly text: string; readonly start: number } | { readonly token: AddedToken };

const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u;
const SPACE_BEFORE = /\p{White_Space}+$/u;
const SPACE_AFTER = /^\p{White_Space}+/u;

/**
 * Finds added tokens in a text: leftmost first, the longest of those that start there, with single_word, lstrip and
 * rstrip as the tokenizers library has them (AddedVocabulary::find_matches).
 */
export class AddedTokenSplitter {
  /** A regular expression is a fast matcher. */
  private readonly pattern: RegExp | undefined;
  private readonly byContent = new Map<string, AddedToken>();

  /** Error: tokenizer-unsupported where they are too many or too long for a pattern. */
  constructor(entries: readonly (readonly [content: string, token: AddedToken])[], file: string) {
    for (const [content, token] of entries) if (content !== '') this.byContent.set(content, token);
    if (this.byContent.size === 0) return;
    try {
      this.pattern = new RegExp(longestOf([...this.byContent.keys()]), 'g');
      // The engine works a pattern out when it is first used, and once more for texts with wide characters.
      for (const text of ['a', '\u4e00']) text.search(this.pattern);
    } catch {
      // The engine's limits of depth and size; its message holds the whole pattern.
      throw badModelFile(file, `its ${this.byContent.size} added tokens are too many or too long to be looked for`);
    }
  }

  split(text: string): readonly Section[] {
    if (this.pattern === undefined) return text === '' ? [] : [{ text, start: 0 }];
    const sections: Section[] = [];
    let done = 0;
    for (const match of text.matchAll(this.pattern)) {
      const token = this.byContent.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      if (start < done) continue; // swallowed by the rstrip of the token before it
      if (token.singleWord && (touchesWord(text, start, -1) || touchesWord(text, end, 0))) continue;
      if (token.lstrip) start -= SPACE_BEFORE.exec(text.slice(done, start))?.[0].length ?? 0;
      if (token.rstrip) end += SPACE_AFTER.exec(text.slice(end))?.[0].length ?? 0;
      if (start > done) sections.push({ text: text.slice(done, start), start: done });
      sections.push({ token });
      done = end;
    }
    if (done < text.length) sections.push({ text: text.slice(done), start: done });
    return sections;
  }
}

function touchesWord(text: string, index: number, step: -1 | 0): boolean {
  const at = index + step;
  if (at < 0 || at >= text.length) return false;
  const low = step === -1 && at > 0 && /[\uDC00-\uDFFF]/.test(text[at]!);
  return WORD.test(String.fromCodePoint(text.codePointAt(low ? at - 1 : at)!));
}

/**
 * The pattern of the longest of the texts. What they start with alike stands in it once: a list of alternatives would try each of 30 runs of
 * blanks at every blank.
 */
function longestOf(texts: readonly string[]): string {
  if (texts.length === 1) return escapeRegExp(texts[0]!);
  const alike = startAlike(texts);
  if (alike > 0) {
    return `${escapeRegExp(texts[0]!.slice(0, alike))}(?:${longestOf(texts.map((text) => text.slice(alike)))})`;
  }
  const byFirst = new Map<string, string[]>();
  for (const text of texts) {
    const first = text.slice(0, 1);
    const rests = byFirst.get(first);
    if (rests === undefined) byFirst.set(first, [text]);
    else rests.push(text);
  }
  const ends = byFirst.delete('');
  const longer = [...byFirst.values()].map(longestOf).join('|');
  return ends ? `(?:${longer})?` : longer;
}

/** How many characters all of the texts start with. */
function startAlike(texts: readonly string[]): number {
  const [first = '', ...others] = texts;
  let length = 0;
  while (length < first.length && others.every((text) => text[length] === first[length])) length++;
  return length;
}

export function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** tokenizer.json's `added_tokens`; none where there is no list. Errors: as addedTokenOf. */
export function readAddedTokens(value: unknown, file: string): AddedToken[] {
  return Array.isArray(value) ? (value as readonly unknown[]).map((entry) => addedTokenOf(entry, file)) : [];
}

/** An added token as files of a model write it. Error: tokenizer-unsupported without a whole number as id or without a content. */
export function addedTokenOf(entry: unknown, file: string): AddedToken {
  const { id, content } = isObject(entry) ? entry : {};
  if (!isObject(entry) || !isTokenId(id) || typeof content !== 'string') {
    throw badModelFile(file, `it has an added token without id and content: ${JSON.stringify(entry)}`);
  }
  return {
    id,
    content,
    special: entry['special'] === true,
    singleWord: entry['single_word'] === true,
    lstrip: entry['lstrip'] === true,
    rstrip: entry['rstrip'] === true,
    normalized: typeof entry['normalized'] === 'boolean' ? entry['normalized'] : entry['special'] !== true,
  };
}

/** Ids are kept in 32 bits. */
export function isTokenId(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}
