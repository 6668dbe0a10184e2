import { readFile } from 'node:fs/promises';
import { SftError } from '../../base/errors';
import { NotStrings, parseJsonStrings } from './json-strings';

/** One text of a list, with the 1-based line it starts on. */
export interface Item {
  readonly text: string;
  readonly line: number;
}

async function readUtf8(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new SftError('file-unreadable', `cannot be read (${(cause as Error).message})`, {
      file,
      remedy: 'check the name, and that you may read it',
      exitCode: 2,
      cause,
    });
  }
  try {
    // A byte-order mark is dropped by the decoder.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SftError('file-encoding', 'is not UTF-8 text', { file, remedy: 'save it as UTF-8', exitCode: 2, cause });
  }
}

const JSON_REMEDY = 'write a JSON array of strings, or a text file (.txt) with one item a line';

function jsonItems(file: string, text: string): Item[] {
  let line = 1;
  let counted = 0;
  /** 1-based; offsets come in ascending order. */
  const lineAt = (offset: number): number => {
    for (let end = text.indexOf('\n', counted); end !== -1 && end < offset; end = text.indexOf('\n', counted)) {
      line++;
      counted = end + 1;
    }
    return line;
  };
  try {
    return parseJsonStrings(text).map((string) => ({ text: string.text, line: lineAt(string.offset) }));
  } catch (error) {
    if (!(error instanceof NotStrings)) throw error;
    const place = { line: lineAt(error.offset), column: error.offset - counted + 1 };
    throw new SftError('rouge-items', error.message, { file, ...place, remedy: JSON_REMEDY });
  }
}

/** One item a line; an empty line is an empty item, and the last line's end makes none. */
function lineItems(text: string): Item[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, at) => ({ text: line, line: at + 1 }));
}

function isJsonArray(text: string): boolean {
  if (!text.trimStart().startsWith('[')) return false;
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

/**
 * The texts of a file: a JSON array of strings where the name ends in .json or the content is a JSON array, else one a line.
 *
 * @throws SftError `file-unreadable`, `file-encoding` (exit 2); `rouge-items` with line and column
 */
export async function readItems(file: string): Promise<Item[]> {
  const text = await readUtf8(file);
  const items = file.toLowerCase().endsWith('.json') || isJsonArray(text) ? jsonItems(file, text) : lineItems(text);
  if (items.length === 0) throw new SftError('rouge-items', 'holds no text', { file, remedy: JSON_REMEDY });
  return items;
}
