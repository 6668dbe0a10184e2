import type { AddedToken } from '../../text/added-tokens';
import type { ChatTokenizer } from '../../text/chat-tokenizer';
import { KEEP_BLANKS, LOOKED_UP } from '../../text/gguf/taken-blanks';
import { exportImpossible } from '../export-impossible';

/**
 * How special tokens that take in the blanks beside them do so in llama.cpp: `none` are there, or `named`: it knows them by the model's name,
 * or `unwritten`: it keeps these blanks, and the chat template writes none there.
 */
export type TakenBlanks = 'none' | 'named' | 'unwritten';

/** @throws SftError export-impossible where the template writes blanks that llama.cpp would keep */
export function takenBlanks(
  added: readonly AddedToken[],
  vocab: ReadonlyMap<string, number>,
  chat: ChatTokenizer,
  file: string,
): TakenBlanks {
  const taking = added.filter(({ special, lstrip, rstrip }) => special && (lstrip || rstrip));
  if (taking.length === 0) return 'none';
  const texts = new Set(added.map(({ content }) => content));
  const isThere = (token: string): boolean => texts.has(token) || vocab.has(token);
  const isNamed = ({ content, lstrip, rstrip }: AddedToken): boolean => !lstrip && rstrip !== KEEP_BLANKS.has(content);
  if (LOOKED_UP.every(isThere) && added.every(isNamed)) return 'named';
  const written = writtenTexts(chat);
  const cut = taking.find(({ content, lstrip, rstrip }) =>
    written.some((text) => {
      const around = text.split(content);
      return (
        (rstrip && around.slice(1).some((after) => /^\s/.test(after))) ||
        (lstrip && around.slice(0, -1).some((before) => /\s$/.test(before)))
      );
    }),
  );
  if (cut === undefined) return 'unwritten';
  const side = cut.rstrip ? 'after' : 'before';
  throw exportImpossible(
    `its token ${cut.content} takes in the blanks ${side} it, and llama.cpp keeps them`,
    'use --to merged: a GGUF would be prompted with different tokens than in training',
    file,
  );
}

/** What the template writes around messages that begin and end with letters. */
function writtenTexts(chat: ChatTokenizer): readonly string[] {
  const user = { role: 'user', content: 'question' } as const;
  const turns = [user, { role: 'assistant', content: 'answer' }, user] as const;
  const text = chat.promptText(turns);
  try {
    return [text, chat.promptText([{ role: 'system', content: 'system' }, ...turns])];
  } catch {
    // It takes no system message.
    return [text];
  }
}
