/**
 * The form in which two texts count as the same: Unicode NFC, lower case, runs of white space as one space, none at the ends.
 */
export function normaliseText(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}
