/** Hashes of the words of a text: lower case, runs of letters and digits; an ideograph is a word of its own. */
export function wordHashes(text: string): number[] {
  const words: number[] = [];
  const lower = text.toLowerCase();
  let hash = 0;
  let inside = false;
  const close = (): void => {
    if (inside) words.push(finalise(hash));
    inside = false;
    hash = 0;
  };
  for (let i = 0; i < lower.length; i++) {
    const c = lower.charCodeAt(i);
    const alone = c >= 0x3040 && c <= 0x9fff;
    const word =
      (c >= 97 && c <= 122) ||
      (c >= 48 && c <= 57) ||
      (c >= 0xc0 && (c < 0x2000 || c > 0x206f) && (c < 0x3000 || c > 0x303f));
    if (!word || alone) close();
    if (!word) continue;
    hash = Math.imul(hash ^ c, 0x01000193) + 0x9e3779b9;
    inside = true;
    if (alone) close();
  }
  close();
  return words;
}

/** The set of word bigrams of the texts as ascending, distinct 32-bit hashes. A bigram never crosses from text to text. */
export function bigramSet(texts: readonly string[]): Uint32Array {
  const found: number[] = [];
  for (const text of texts) {
    const words = wordHashes(text);
    for (let i = 1; i < words.length; i++) {
      found.push(finalise(Math.imul(words[i - 1]!, 0x85ebca6b) ^ words[i]!));
    }
  }
  return ascendingSet(Uint32Array.from(found));
}

/** The distinct numbers in ascending order; `values` is sorted in place. */
export function ascendingSet(values: Uint32Array): Uint32Array {
  values.sort();
  let length = 0;
  for (let i = 0; i < values.length; i++) if (i === 0 || values[i] !== values[i - 1]) values[length++] = values[i]!;
  return values.slice(0, length);
}

/**
 * Size of the intersection over size of the union of two ascending sets; 0 where both are empty.
 * @param from where the sets begin in their arrays
 */
export function jaccard(a: Uint32Array, b: Uint32Array, from = 0): number {
  let common = 0;
  for (let i = from, j = from; i < a.length && j < b.length;) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return common === 0 ? 0 : common / (a.length + b.length - 2 * from - common);
}

/** MurmurHash3's 32-bit finaliser (Appleby 2008), as an unsigned number. */
export function finalise(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A hash of all that is not white space, in lower case: texts that are the same but for case and white space share it. */
export function letterHash(texts: readonly string[]): number {
  let hash = 0x9747b28c;
  for (const text of texts) {
    const lower = text.toLowerCase();
    for (let i = 0; i < lower.length; i++) {
      const c = lower.charCodeAt(i);
      if (c > 32 && c !== 0xa0) hash = Math.imul(hash ^ c, 0x01000193) ^ (hash >>> 15);
    }
    hash = Math.imul(hash ^ 0x1ffff, 0x01000193);
  }
  return finalise(hash);
}
