import { CHAR_TO_BYTE } from './byte-alphabet';
import type { TextTokenizer } from './tokenizer';

/** A token by itself. */
export interface SpelledToken {
  /** Its text; `bytes:\xe2\x82` for a token that is no whole text, `token_id:7` for an id that the tokenizer has no token for. */
  readonly text: string;
  /** What it stands for in UTF-8. */
  readonly bytes: readonly number[];
}

/** The token as it reads in the middle of a text, so that tokens which differ in a space are spelled differently. */
export function spellToken(tokenizer: TextTokenizer, id: number): SpelledToken {
  const token = tokenizer.tokenText(id);
  if (token === '') return { text: `token_id:${id}`, bytes: [] };
  const stream = tokenizer.decodeStream();
  // Some decoders take a space from the beginning of a text: the token does not stand there.
  stream.push('a');
  const text = stream.push(token) + stream.end();
  const part = text.includes('\uFFFD') ? partOfText(token) : undefined;
  if (part === undefined) return { text, bytes: [...Buffer.from(text)] };
  return { text: `bytes:${part.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`, bytes: part };
}

/** The bytes of a token that are not UTF-8 on their own; undefined where they are: the token is the replacement character itself. */
function partOfText(token: string): number[] | undefined {
  const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  const bytes = hex === undefined ? Array.from(token, (char) => CHAR_TO_BYTE.get(char)) : [parseInt(hex, 16)];
  if (!bytes.every((byte) => byte !== undefined)) return undefined;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
    return undefined;
  } catch {
    return bytes;
  }
}
