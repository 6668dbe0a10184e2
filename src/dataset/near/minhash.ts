/** What is being made of one text or example is written here, and copied where it is kept. */
let words = new Uint32Array(1024);
let bigrams = new Uint32Array(1024);

/** 1 for the ASCII characters of words. */
const IN_WORD = Uint8Array.from({ length: 128 }, (_, c) => (/[a-z0-9]/.test(String.fromCharCode(c)) ? 1 : 0));

/** The text whose words were hashed last, which several rules ask for one after the other, and how many it has. */
let hashed = { text: '', count: 0 };

/**
 * Hashes of the words of a text: lower case, runs of letters and digits; an ideograph is a word of its own.
 * @returns good until the next call, and not to be written to
 */
export function wordHashes(text: string): Uint32Array {
  if (text !== hashed.text) hashed = { text, count: hashWords(text) };
  return words.subarray(0, hashed.count);
}

/** @returns how many now stand in `words` */
function hashWords(text: string): number {
  const lower = text.toLowerCase();
  if (words.length <= lower.length) words = new Uint32Array(lower.length * 2);
  const found = words;
  let count = 0;
  let hash = 0;
  let inside = false;
  for (let i = 0; i < lower.length; i++) {
    const c = lower.charCodeAt(i);
    const word = c < 128 ? IN_WORD[c] === 1 : c >= 0xc0 && (c < 0x2000 || c > 0x206f) && (c < 0x3000 || c > 0x303f);
    const alone = c >= 0x3040 && c <= 0x9fff;
    if (inside && (!word || alone)) {
      found[count++] = finalise(hash);
      inside = false;
    }
    if (!word) continue;
    hash = Math.imul((inside ? hash : 0) ^ c, 0x01000193) + 0x9e3779b9;
    inside = !alone;
    if (alone) found[count++] = finalise(hash);
  }
  if (inside) found[count++] = finalise(hash);
  return count;
}

/**
 * The set of word bigrams of the texts as ascending, distinct 32-bit hashes. A bigram never crosses from text to text.
 * @returns good until the next call
 */
export function bigramSet(texts: readonly string[]): Uint32Array {
  let count = 0;
  for (const text of texts) {
    const hashes = wordHashes(text);
    if (bigrams.length < count + hashes.length) {
      const larger = new Uint32Array((count + hashes.length) * 2);
      larger.set(bigrams);
      bigrams = larger;
    }
    for (let i = 1; i < hashes.length; i++) {
      bigrams[count++] = finalise(Math.imul(hashes[i - 1]!, 0x85ebca6b) ^ hashes[i]!);
    }
  }
  return ascendingSet(bigrams.subarray(0, count));
}

/** The distinct numbers in ascending order, at most so many: a part of `values`, which is sorted in place. */
export function ascendingSet(values: Uint32Array, most = Infinity): Uint32Array {
  values.sort();
  let length = 0;
  for (let i = 0; i < values.length && length < most; i++) {
    if (i === 0 || values[i] !== values[i - 1]) values[length++] = values[i]!;
  }
  return values.subarray(0, length);
}

/**
 * Size of the intersection over size of the union of two ascending sets; 0 where both are empty.
 * @param fromA where the set begins in `a`; @param fromB where it does in `b`
 */
export function jaccard(a: Uint32Array, b: Uint32Array, fromA = 0, fromB = fromA): number {
  let common = 0;
  for (let i = fromA, j = fromB; i < a.length && j < b.length;) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) common++;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return common === 0 ? 0 : common / (a.length - fromA + b.length - fromB - common);
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
