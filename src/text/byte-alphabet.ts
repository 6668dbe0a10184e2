/**
 * GPT-2's reversible alphabet: every byte has a printable character, so that byte-level BPE can be written down as text.
 * Printable Latin-1 bytes stand for themselves, the 68 others for U+0100 onwards in order.
 */
export const BYTE_TO_CHAR: readonly string[] = buildAlphabet();
export const CHAR_TO_BYTE: ReadonlyMap<string, number> = new Map(BYTE_TO_CHAR.map((char, byte) => [char, byte]));

function buildAlphabet(): string[] {
  const chars: string[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    chars.push(String.fromCharCode(printable ? byte : next++));
  }
  return chars;
}

const encoder = new TextEncoder();

/** The text's UTF-8 bytes in the alphabet. A lone surrogate becomes U+FFFD, as any UTF-8 encoder has it. */
export function toByteAlphabet(text: string): string {
  let out = '';
  for (const byte of encoder.encode(text)) out += BYTE_TO_CHAR[byte]!;
  return out;
}
