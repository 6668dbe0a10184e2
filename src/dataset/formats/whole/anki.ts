import type { JsonObject } from '../reading';
import type { WholeFile } from './whole';

const DELIMITERS: Readonly<Record<string, string>> = {
  tab: '\t',
  comma: ',',
  semicolon: ';',
  space: ' ',
  pipe: '|',
  colon: ':',
};

/** Whether a text is Anki's "Notes in Plain Text", which begins with lines such as `#separator:tab`. */
export function isAnki(text: string): boolean {
  return /^#(?:separator|html|notetype|deck|tags)\b/.test(text);
}

/** Anki's notes: front and back are question and answer. */
export function readAnki(text: string): WholeFile {
  const heads = [...text.matchAll(/^#([a-z ]+):(.*)$/gm)].map(([, key, value]) => [key!, value!.trim()] as const);
  const head = new Map(heads);
  const name = head.get('separator')?.toLowerCase() ?? 'tab';
  const delimiter = DELIMITERS[name] ?? name;
  const apart = new Set(
    ['guid column', 'notetype column', 'deck column', 'tags column'].map((key) => Number(head.get(key)) - 1),
  );
  const body = text.replace(/^(?:#[^\n]*\n)+/, '');
  const html = head.get('html') === 'true';
  const rows: JsonObject[] = [];
  for (const cells of rowsOf(body, delimiter)) {
    const [question, answer] = cells.filter((_, at) => !apart.has(at)).map((cell) => (html ? plain(cell) : cell));
    if (question !== undefined && answer !== undefined) rows.push({ question, answer });
  }
  return { name: "Anki's notes as text", rows };
}

function rowsOf(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^"\n\r][^\n\r]*?|))(?:(\r\n?|\n|$)|DELIMITER)/y;
  const pattern = new RegExp(
    cell.source.replace('DELIMITER', delimiter.replaceAll(/[|\\.*+?^$()[\]{}]/g, '\\$&')),
    'y',
  );
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) break;
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === undefined) continue;
    if (row.length > 1) rows.push(row);
    row = [];
  }
  if (row.length > 1) rows.push(row);
  return rows;
}

function plain(html: string): string {
  return html
    .replaceAll(/<br\s*\/?>|<\/(?:div|p|li)>/gi, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim();
}
