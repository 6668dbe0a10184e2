import { badModelFile } from './model-files';

/** A grapheme of more bytes is looked at character by character. */
const LONGEST_GRAPHEME = 5;
/** Graphemes that are remembered. */
const MOST_KNOWN = 50_000;

const encoder = new TextEncoder();

/**
 * SentencePiece's normalisation, which tokenizer.json has compiled as `precompiled_charsmap` (base64): the size of a table, the table, and the
 * texts that characters become, each closed by a zero. As the tokenizers library applies it: the text of the shortest entry that a short
 * grapheme begins with stands for all of it; other graphemes are looked up character by character.
 * @returns what puts them in their place. Error: tokenizer-unsupported where the table is cut
 */
export function readCharacterMap(base64: string, file: string): (text: string) => string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0) return (text) => text;
  const size = bytes.length < 4 ? Infinity : bytes.readUInt32LE(0);
  if (size % 4 !== 0 || 4 + size > bytes.length) throw badModelFile(file, 'the table of its Precompiled is cut');
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => bytes.readUInt32LE(4 + 4 * i));
  const texts = bytes.subarray(4 + size);
  const lookUp = (part: string): string | undefined => {
    const start = shortestPrefix(units, encoder.encode(part));
    if (start === undefined || start >= texts.length) return undefined;
    const end = texts.indexOf(0, start);
    return texts.toString('utf8', start, end === -1 ? texts.length : end);
  };
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
  const known = new Map<string, string>();
  const become = (grapheme: string): string => {
    const whole = Buffer.byteLength(grapheme) <= LONGEST_GRAPHEME ? lookUp(grapheme) : undefined;
    return whole ?? Array.from(grapheme, (character) => lookUp(character) ?? character).join('');
  };
  return (text) => {
    let mapped = '';
    for (const { segment } of graphemes.segment(text)) {
      let becomes = known.get(segment);
      if (becomes === undefined) {
        becomes = become(segment);
        if (known.size < MOST_KNOWN) known.set(segment, becomes);
      }
      mapped += becomes;
    }
    return mapped;
  };
}

/**
 * The value of the shortest key that `key` begins with, in a double array as darts-clone writes it: of a unit the low 8 bits and the highest are
 * its label, bit 8 says whether a key ends behind it, the rest is where its children lie, or in the unit of an end the key's value.
 */
function shortestPrefix(units: Uint32Array, key: Uint8Array): number | undefined {
  let at = offsetOf(units[0] ?? 0);
  for (const byte of key) {
    if (byte === 0) return undefined;
    at ^= byte;
    const unit = units[at];
    if (unit === undefined || (unit & 0x8000_00ff) >>> 0 !== byte) return undefined;
    at ^= offsetOf(unit);
    if (((unit >>> 8) & 1) === 1) return (units[at] ?? 0) & 0x7fff_ffff;
  }
  return undefined;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
