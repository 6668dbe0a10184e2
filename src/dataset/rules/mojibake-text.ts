/** A part of a text that is UTF-8 read with the wrong code page, and what it was. */
export interface Mojibake {
  readonly from: number;
  readonly to: number;
  readonly repaired: string;
}

type CodePage = ReadonlyMap<string, number>;

function codePage(upperHalf: string): CodePage {
  return new Map(Array.from(upperHalf, (c, i) => [c, i + 128] as const));
}

/** U+0080 to U+00FF, which is Latin-1's upper half. */
const LATIN = Array.from({ length: 128 }, (_, i) => String.fromCharCode(i + 128)).join('');
/** Bytes 0x80 to 0x9F of Windows-1252; five have no character. TextDecoder of Node 20 takes Windows-1252 for Latin-1. */
const WINDOWS_ONLY = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
/** Windows-1252, and Latin-1 where that has control characters. */
const WINDOWS: CodePage = new Map([...codePage(LATIN), ...codePage(WINDOWS_ONLY)]);
const MAC = codePage(
  'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ',
);
/** First bytes that Mac Roman shows as signs no text has before a sign: ¬ √ ƒ ≈, · ‚ „ and Ô. */
const MAC_FIRST = new Set([0xc2, 0xc3, 0xc4, 0xc5, 0xe1, 0xe2, 0xe3, 0xef]);
const MAX_ROUNDS = 4;

/** The shape of every mojibake: a lead byte's character before one that is not ASCII. */
export const MOJIBAKE_CANDIDATE = /[\u00c2-\u00f4√¬‚„·ƒ≈Ô][\u0080-\uffff]/;

/** Every part of the text that re-encodes to valid UTF-8, several times misread text included. */
export function findMojibake(text: string): Mojibake[] {
  if (!MOJIBAKE_CANDIDATE.test(text)) return [];
  const found: Mojibake[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue;
    const from = i;
    let repaired = '';
    for (let step = characterAt(text, i); step !== undefined; step = characterAt(text, i)) {
      repaired += step.character;
      i += step.length;
    }
    if (repaired === '') continue;
    for (let round = 1; round < MAX_ROUNDS; round++) {
      const again = findMojibake(repaired);
      if (again.length === 0) break;
      repaired = replaced(repaired, again);
    }
    // A control character is no text's: what came out is not what was meant.
    if (!/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufffd]/.test(repaired)) found.push({ from, to: i, repaired });
    i--;
  }
  return found;
}

function replaced(text: string, parts: readonly Mojibake[]): string {
  let result = '';
  let at = 0;
  for (const { from, to, repaired } of parts) {
    result += text.slice(at, from) + repaired;
    at = to;
  }
  return result + text.slice(at);
}

function characterAt(text: string, at: number): { character: string; length: number } | undefined {
  return read(text, at, WINDOWS) ?? read(text, at, MAC);
}

function read(text: string, at: number, page: CodePage): { character: string; length: number } | undefined {
  const first = page.get(text[at] ?? '');
  if (first === undefined || first < 0xc2 || first > 0xf4) return undefined;
  if (page === MAC && !MAC_FIRST.has(first)) return undefined;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let code = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const byte = page.get(text[at + i] ?? '') ?? 0;
    if (byte >> 6 !== 2) return undefined;
    code = (code << 6) | (byte & 0x3f);
  }
  // Longer than needed, half of a surrogate pair, or beyond Unicode: not UTF-8.
  if (code < [0x80, 0x800, 0x10000][length - 2]! || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    return undefined;
  if (length === 2 && !isLikely(text, at, first, page)) return undefined;
  return { character: String.fromCodePoint(code), length };
}

/** Two characters may stand together by chance: É before a closing quote, a root before π. */
function isLikely(text: string, at: number, first: number, page: CodePage): boolean {
  const before = text[at - 1] ?? '';
  const after = text[at + 2] ?? '';
  const second = text[at + 1] ?? '';
  if (page === MAC) {
    if (/[π∞≤≥∂∑∏∫Ω±]/.test(second)) return /\p{L}/u.test(before);
    return /\p{L}/u.test(before) || /\p{L}/u.test(after) || first === 0xc2;
  }
  if (first <= 0xc3) return true;
  if (/[»”’]/.test(second)) return /\p{Ll}/u.test(before) || /\p{L}/u.test(after);
  return true;
}
