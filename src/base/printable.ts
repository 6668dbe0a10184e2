/**
 * What a terminal acts on or lets change the order of what is read: C0 and C1, marks, overrides and isolates of direction, line separators.
 * And what takes no place, so that a text that holds it looks like another.
 */
const CONTROLS = /[\p{Cc}\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF]/gu;

/** A text in which every control character, line breaks and tabs too, is written as JSON writes it: `\u001b`. */
export function printable(text: string): string {
  return text.replace(CONTROLS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The start of a text that is too long to be read, and how much is left out. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  // Half a surrogate pair is not a character.
  const end = /[\uD800-\uDBFF]/.test(text[most - 1]!) ? most - 1 : most;
  return `${text.slice(0, end)}... (${(text.length - end).toLocaleString('en-US')} more characters)`;
}
