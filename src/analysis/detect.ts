/** How much of a text is looked at. */
export const HEAD_LENGTH = 4096;

/** Keys that an example has together in one of the formats. */
const KEY_SETS: readonly (readonly string[])[] = [
  ['question', 'answer'],
  ['instruction', 'output'],
  ['prompt', 'completion'],
  ['messages'],
  ['conversations'],
];

const KEY = /"((?:[^"\\]|\\.){1,40})"\s*:/g;

/**
 * Whether the beginning of a text (its first HEAD_LENGTH characters) looks like training data: an array of objects, or one object a
 * line, with the keys of a known format. A configuration that happens to have a key "prompt" is one object and is not taken.
 */
export function looksLikeDataset(head: string, jsonLines: boolean): boolean {
  const text = head.slice(0, HEAD_LENGTH).replace(/^\ufeff/, '');
  const begins = /^\s*(\[\s*)?\{/.exec(text);
  if (begins === null) return false;
  const array = begins[1] !== undefined;
  // One JSON object over many lines is no dataset; one a line is, when its line ends in a brace.
  if (!array && !jsonLines && !/^\s*\{.*\}[ \t]*\r?\n\s*\{/.test(text)) return false;
  const keys = new Set([...text.matchAll(KEY)].map((match) => match[1]!.toLowerCase()));
  return KEY_SETS.some((set) => set.every((key) => keys.has(key)));
}
