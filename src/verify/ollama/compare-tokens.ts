import { spellToken } from '../../text/spell-token';
import type { TextTokenizer } from '../../text/tokenizer';

/** How far an answer is the one of Ollama. */
export interface Compared {
  /** Tokens that they have in common. */
  readonly at: number;
  /** Tokens that can be compared: those before the first byte that belongs to no whole character. Ollama leaves such bytes out, and tokens beside them. */
  readonly readable: number;
}

/**
 * Compares an answer with that of Ollama token by token: texts alone do not tell where "there" parts from "the".
 * @param others what the tokens of Ollama's answer spell, special ones written out
 */
export function compareTokens(tokenizer: TextTokenizer, ids: readonly number[], others: readonly string[]): Compared {
  const spelled = ids.map((id) => bytesOf(tokenizer, id));
  const readable = countReadable(spelled);
  let at = 0;
  while (at < readable && at < others.length && sameText(spelled[at]!.toString(), others[at]!)) at++;
  return { at, readable };
}

function bytesOf(tokenizer: TextTokenizer, id: number): Buffer {
  return Buffer.from(tokenizer.isAdded(id) ? tokenizer.tokenText(id) : spellToken(tokenizer, id).bytes);
}

function countReadable(spelled: readonly Buffer[]): number {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let [given, decoded, count] = [0, 0, 0];
  for (const [i, bytes] of spelled.entries()) {
    try {
      decoded += Buffer.byteLength(decoder.decode(bytes, { stream: true }));
    } catch {
      return count;
    }
    given += bytes.length;
    if (decoded === given) count = i + 1;
  }
  return count;
}

/** JSON cannot hold a part of a character: each byte of it became a replacement character in Ollama, and one or more here. */
function sameText(own: string, other: string): boolean {
  return own.replace(/\uFFFD+/g, '\uFFFD') === other.replace(/\uFFFD+/g, '\uFFFD');
}
