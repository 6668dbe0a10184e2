/** How much of a text is looked at. */
export const HEAD_LENGTH = 4096;

/** Keys that an example of one question and one answer has together in one of the formats, Dolly's and OpenOrca's names included. */
const PAIRS: readonly (readonly string[])[] = [
  ['question', 'answer'],
  ['question', 'response'],
  ['instruction', 'output'],
  ['instruction', 'response'],
  ['prompt', 'completion'],
  ['prompt', 'response'],
];
const KEY_SETS: readonly (readonly string[])[] = [...PAIRS, ['messages'], ['conversations']];

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

/** Whether the first row of a table names the columns of a known format. Cells cannot hold the turns of a conversation. */
export function looksLikeTable(head: string): boolean {
  const text = head.replace(/^\ufeff/, '').replace(/^sep=.\r?\n/i, '');
  const header = /^[^\r\n]*/.exec(text.trimStart())![0];
  const names = new Set(
    header.split(/[,;\t|]/).map((cell) =>
      cell
        .replace(/^\s*"|"\s*$/g, '')
        .trim()
        .toLowerCase(),
    ),
  );
  return PAIRS.some((pair) => pair.every((name) => names.has(name)));
}
