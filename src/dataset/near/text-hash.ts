import { finalise } from './minhash';

/** 64 bits of a text's normalised form. Two different texts among two million share them with a probability of about 1e-7. */
export interface TextHash {
  readonly high: number;
  readonly low: number;
}

/** Blocks whose characters stay as they are under NFC, whatever stands beside them in these blocks, and lower one to one. */
const STABLE: readonly (readonly [number, number])[] = [
  [0x80, 0x12f],
  [0x131, 0x2ff],
  [0x400, 0x482],
  [0x48a, 0x4ff],
  [0x621, 0x64a],
  [0x1e00, 0x1e95],
  [0x1ea0, 0x1eff],
  [0x1680, 0x1680],
  [0x2000, 0x206f],
  [0x20a0, 0x20bf],
  [0x3000, 0x3029],
  [0x4e00, 0x9fff],
  [0xd83c, 0xd83e],
  [0xdc00, 0xdfff],
  [0xfeff, 0xfeff],
];

let lowered: Uint16Array | undefined;

/** Lower case of each stable code unit, a space for white space, 0 for all that need more than this table. */
function lowerTable(): Uint16Array {
  if (lowered !== undefined) return lowered;
  lowered = new Uint16Array(0x10000);
  for (const [first, last] of STABLE) {
    for (let c = first; c <= last; c++) {
      const text = String.fromCharCode(c);
      lowered[c] = /\s/.test(text) ? 32 : text.toLowerCase().charCodeAt(0);
    }
  }
  return lowered;
}

let hashHigh = 0;
let hashLow = 0;

/** The hash of the texts taken together, each in the form of normaliseText. */
export function hashTexts(texts: readonly string[]): TextHash {
  hashHigh = 0x9747b28c | 0;
  hashLow = 0x3c6ef372;
  for (const text of texts) mix(text);
  return { high: finalise(hashHigh ^ (hashLow >>> 3)), low: finalise(hashLow ^ (hashHigh << 5)) };
}

/** 53 bits of a hash, as one number. */
export function hashNumber({ high, low }: TextHash): number {
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** Adds a text's normalised form to the hash: normaliseText, spelt out so that most texts need no copy. */
function mix(text: string): void {
  if (mixStable(text, 'as written')) return;
  const composed = text.normalize('NFC');
  if (!mixStable(composed, 'composed')) mixStable(composed.toLowerCase(), 'lower');
}

/** False, with the hash unchanged, where a character needs a form of the text that is not yet given. */
function mixStable(source: string, form: 'as written' | 'composed' | 'lower'): boolean {
  const lower = lowerTable();
  let [high, low] = [hashHigh, hashLow];
  let space = true;
  let pending = false;
  for (let i = 0; i < source.length; i++) {
    let c = source.charCodeAt(i);
    if (c > 127) {
      const small = lower[c]!;
      if (small !== 0) c = small;
      else if (c >= 0x300 && c <= 0x36f ? form === 'as written' : form !== 'lower') return false;
    }
    if (c === 32 || (c >= 9 && c <= 13)) {
      if (!space) pending = true;
      space = true;
      continue;
    }
    if (pending) {
      high = Math.imul(high ^ 32, 0x01000193);
      low = Math.imul(low + 32, 0x85ebca6b) ^ (low >>> 15);
      pending = false;
    }
    space = false;
    if (c >= 65 && c <= 90) c += 32;
    high = Math.imul(high ^ c, 0x01000193);
    low = Math.imul(low + c, 0x85ebca6b) ^ (low >>> 15);
  }
  // A separator no text holds, so that ["ab", "c"] and ["a", "bc"] differ.
  hashHigh = Math.imul(high ^ 0x1ffff, 0x01000193);
  hashLow = Math.imul(low + 0x1ffff, 0x85ebca6b) ^ (low >>> 15);
  return true;
}
