import type { PreviewToken } from '../../src/messages/preview';

export type TokenUse = 'trained' | 'masked' | 'cut';

export function useOf({ trained, cut }: PreviewToken): TokenUse {
  if (cut) return 'cut';
  return trained ? 'trained' : 'masked';
}

/** A token as it is shown: white space made visible, half a character as a mark. */
export function visibleText(text: string): string {
  if (text === '') return '▯';
  return text.replace(/\r/g, '␍').replace(/\n/g, '⏎').replace(/\t/g, '⇥').replace(/ /g, '·');
}

/** A token in words, for titles, the detail line and screen readers. */
export function describe(token: PreviewToken, position: number): string {
  const kinds = [useOf(token), ...(token.special ? ['special'] : [])];
  const text = token.text === '' ? 'part of the character that follows' : JSON.stringify(token.text);
  return `Token ${(position + 1).toLocaleString('en-US')}: ${text}, id ${token.id}, ${kinds.join(', ')}`;
}
