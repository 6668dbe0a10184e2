import { readFile, stat } from 'node:fs/promises';
import { isDeeper } from '../base/nesting';
import { isAnki, readAnki } from './formats/whole/anki';
import { readExample } from './formats/read-example';
import type { DatasetKind } from './formats/kind';
import { majorityKind } from './formats/majority-kind';
import { isJsonObject, type JsonObject } from './formats/reading';
import type { WholeFile } from './formats/whole/whole';
import { readWholeFile } from './formats/whole/whole-file';
import type { Finding } from './finding';
import { parseExactly, writeJson } from './json/exact-json';
import { parseJson } from './json/look-ahead';
import { MAX_DEPTH } from './json/scan';
import { checkText } from './read';

/** A larger file is not read as a whole. */
const MOST_BYTES = 512 * 1024 * 1024;

/** The examples of a file that holds them otherwise than as a list. */
interface ImportedFile {
  /** `line` is the number of the example. */
  readonly sources: readonly { readonly line: number; readonly column: number; readonly raw: JsonObject }[];
  readonly from: DatasetKind;
  readonly told: readonly string[];
  /** What is wrong with the examples; their line is the number of the example. */
  readonly errors: readonly Finding[];
}

/** Reads such a file; undefined where it is none that is known. */
export async function importFile(file: string): Promise<ImportedFile | undefined> {
  if ((await stat(file)).size > MOST_BYTES) return undefined;
  const text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
  const whole = isAnki(text) ? readAnki(text) : wholeOf(text);
  if (whole === undefined) return undefined;
  const from = majorityKind(whole.rows.slice(0, 16));
  const sources: { line: number; column: number; raw: JsonObject }[] = [];
  const lines: string[] = [];
  for (const [at, row] of whole.rows.entries()) {
    const raw = readExample(row)?.value ?? row;
    sources.push({ line: at + 1, column: 1, raw });
    lines.push(writeJson(raw));
  }
  const items = checkText(`${file} (example by example).jsonl`, lines.join('\n'), []);
  const errors = items.flatMap((item) =>
    item.type === 'finding' && item.finding.severity === 'error' ? [item.finding] : [],
  );
  return { sources, from, told: [toldOf(whole)], errors };
}

function wholeOf(text: string): WholeFile | undefined {
  const sound = text.includes('NaN') || text.includes('Infinity') ? withoutNoNumbers(text) : text;
  const value = valueOf(sound);
  const whole = readWholeFile(value);
  if (whole !== undefined || sound === text || !Array.isArray(value)) return whole;
  return { name: 'NaN or Infinity, which become null', rows: value.filter(isJsonObject) };
}

/** With null in the place of NaN and Infinity, which Python's json writes though JSON does not know them. */
function withoutNoNumbers(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) =>
    found.startsWith('"') ? found : 'null',
  );
}

function toldOf({ name, leftOut }: WholeFile): string {
  return `the file contains ${name}${leftOut === undefined ? '' : `; left out: ${leftOut}`}`;
}

/** What the file holds; of lines a list. */
function valueOf(text: string): unknown {
  if (isReadable(text)) return parseExactly(text);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.every(isReadable) ? lines.map(parseExactly) : undefined;
}

/** Whether a text is JSON that is not nested more deeply than any example. */
function isReadable(text: string): boolean {
  const parsed = parseJson(text);
  return parsed !== undefined && !isDeeper(parsed.value, MAX_DEPTH);
}
