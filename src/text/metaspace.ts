import type { JsonObject } from '../base/fetched-file';
import { badModelFile } from './model-files';

/** The character that a Metaspace pre-tokenizer or decoder writes for a blank. @throws SftError tokenizer-unsupported unless it is one */
export function replacementOf(config: JsonObject, file: string): string {
  const mark = config['replacement'] ?? '\u2581';
  if (typeof mark === 'string' && Array.from(mark).length === 1) return mark;
  throw badModelFile(file, `its Metaspace has ${JSON.stringify(mark)} as replacement, not one character`);
}
