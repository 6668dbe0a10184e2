/**
 * The Markdown that models write, as values: headings, paragraphs, lists, quotes, code, emphasis. HTML is text like any other, and
 * links are kept as text and address. Made for texts that are still being written: what is not closed yet reaches to the end.
 */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'list'; readonly start: number | undefined; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'rule' };

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis'; readonly text: readonly Inline[] }
  | { readonly kind: 'link'; readonly text: readonly Inline[]; readonly address: string }
  | { readonly kind: 'break' };

/** Deeper quotes and lists stay text. */
const MAX_DEPTH = 8;

// No two neighbours of a pattern may match the same characters: an answer of 40,000 blanks would take minutes.
const FENCE = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?=\s)([^]*)$/;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const ITEM = /^( {0,3})([-*+]|(\d{1,9})[.)])(\s+)(?=\S)/;
const QUOTE = /^ {0,3}> ?/;

export function parseMarkdown(text: string): readonly Block[] {
  return blocksOf(text.split(/\r\n?|\n/), 0);
}

function blocksOf(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let paragraph: string[] = [];
  const end = (): void => {
    if (paragraph.length > 0) blocks.push({ kind: 'paragraph', text: parseInline(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    const nested = depth < MAX_DEPTH;
    const heading = HEADING.exec(line);
    const found = fenced(lines, at) ?? (nested ? (listAt(lines, at, depth) ?? quoteAt(lines, at, depth)) : undefined);
    if (RULE.test(line) && paragraph.length === 0) {
      blocks.push({ kind: 'rule' });
      at++;
    } else if (found !== undefined) {
      end();
      blocks.push(found.block);
      at = found.next;
    } else if (heading !== null) {
      end();
      blocks.push({ kind: 'heading', level: heading[1]!.length, text: parseInline(headingText(heading[2]!)) });
      at++;
    } else {
      if (line.trim() === '') end();
      else paragraph.push(line.trimStart());
      at++;
    }
  }
  end();
  return blocks;
}

/** What stands between the marks that open and may close a heading. */
function headingText(line: string): string {
  const text = line.trim();
  let end = text.length;
  while (text[end - 1] === '#') end--;
  return end === text.length || (end > 0 && !/\s/.test(text[end - 1]!)) ? text : text.slice(0, end).trimEnd();
}

interface Found {
  readonly block: Block;
  /** The line after it. */
  readonly next: number;
}

function fenced(lines: readonly string[], at: number): Found | undefined {
  const match = FENCE.exec(lines[at]!);
  if (match === null) return undefined;
  const [, fence, info] = match;
  const indent = /^ */.exec(lines[at]!)![0].length;
  const isEnd = (line: string): boolean => {
    const closing = line.trim();
    return closing.length >= fence!.length && closing === fence![0]!.repeat(closing.length);
  };
  let stop = at + 1;
  while (stop < lines.length && !isEnd(lines[stop]!)) stop++;
  const code = lines.slice(at + 1, stop).map((line) => line.replace(new RegExp(`^ {0,${indent}}`), ''));
  return { block: { kind: 'code', language: info!.trim().split(/\s/, 1)[0]!, text: code.join('\n') }, next: stop + 1 };
}

function listAt(lines: readonly string[], first: number, depth: number): Found | undefined {
  const match = ITEM.exec(lines[first]!);
  if (match === null || RULE.test(lines[first]!)) return undefined;
  const ordered = match[3] !== undefined;
  const mark = match[2]!.at(-1)!;
  const items: (readonly Block[])[] = [];
  let at = first;
  while (at < lines.length) {
    const item = ITEM.exec(lines[at]!);
    if (item === null || RULE.test(lines[at]!) || item[2]!.at(-1) !== mark) break;
    const width = item[1]!.length + item[2]!.length + Math.min(item[4]!.length, 4);
    const own = [lines[at]!.slice(item[0].length)];
    at++;
    while (at < lines.length && belongs(lines, at, width)) own.push(unindented(lines[at++]!, width));
    items.push(blocksOf(own, depth + 1));
    // A blank line between two items.
    const next = at + 1;
    if (lines[at]?.trim() === '' && next < lines.length && ITEM.test(lines[next]!)) at = next;
  }
  return { block: { kind: 'list', start: ordered ? Number(match[3]) : undefined, items }, next: at };
}

/** Whether a line is a further one of the item whose text begins at column `width`. */
function belongs(lines: readonly string[], at: number, width: number): boolean {
  const line = lines[at]!;
  if (line.trim() === '') {
    const next = lines[at + 1];
    return next !== undefined && next.trim() !== '' && indentOf(next) >= Math.min(width, 2);
  }
  // Models indent nested lists by two, three or four, whatever stands above.
  if (indentOf(line) >= Math.min(width, 2)) return true;
  const ended = lines[at - 1]!.trim() === '';
  return !ended && !ITEM.test(line) && !HEADING.test(line) && !FENCE.test(line) && !QUOTE.test(line);
}

function indentOf(line: string): number {
  return /^ */.exec(line.replaceAll('\t', '    '))![0].length;
}

function unindented(line: string, width: number): string {
  const spaces = line.replaceAll('\t', '    ');
  return spaces.slice(Math.min(indentOf(line), width));
}

function quoteAt(lines: readonly string[], first: number, depth: number): Found | undefined {
  let at = first;
  while (at < lines.length && QUOTE.test(lines[at]!)) at++;
  if (at === first) return undefined;
  const inner = lines.slice(first, at).map((line) => line.replace(QUOTE, ''));
  return { block: { kind: 'quote', blocks: blocksOf(inner, depth + 1) }, next: at };
}

const LINK = /^!?\[([^[\]]*)\]\(\s*<?([^()\s<>]*)>?(?:\s+"[^"]*")?\s*\)/;
const ESCAPED = /^\\([!-/:-@[-`{-~])/;

/** Emphasis, code and links of one paragraph; a line end is a space but after two spaces or a backslash. */
export function parseInline(text: string): readonly Inline[] {
  return new InlineParser().parse(text, 0);
}

class InlineParser {
  parse(text: string, depth: number): readonly Inline[] {
    const found: Inline[] = [];
    let plain = '';
    // Marks without a partner: nobody looks for it again, so that the time stays in line with the length.
    const alone = new Set<string>();
    const flush = (): void => {
      if (plain !== '') found.push({ kind: 'text', text: plain });
      plain = '';
    };
    const add = (inline: Inline): void => {
      flush();
      found.push(inline);
    };
    for (let at = 0; at < text.length;) {
      const c = text[at]!;
      const rest = c === '[' || c === '!' || c === '\\' ? text.slice(at, at + 2048) : '';
      const escaped = c === '\\' ? ESCAPED.exec(rest) : null;
      const link = c === '[' || c === '!' ? LINK.exec(rest) : null;
      if (escaped !== null) {
        plain += escaped[1]!;
        at += 2;
      } else if (link !== null) {
        add({ kind: 'link', text: depth < MAX_DEPTH ? this.parse(link[1]!, depth + 1) : [], address: link[2]! });
        at += link[0].length;
      } else if (c === '\n') {
        const hard = plain.endsWith('  ') || plain.endsWith('\\');
        if (plain.endsWith('\\')) plain = plain.slice(0, -1);
        plain = plain.trimEnd();
        if (hard) add({ kind: 'break' });
        else plain += ' ';
        at++;
      } else if (c === '`') {
        const run = '`'.repeat(runLength(text, at));
        const close = alone.has(run) ? -1 : runEnd(text, at + run.length, run);
        if (close < 0) {
          alone.add(run);
          plain += run;
          at += run.length;
        } else {
          const code = text.slice(at + run.length, close).replaceAll('\n', ' ');
          add({ kind: 'code', text: /^ [^]* $/.test(code) && code.trim() !== '' ? code.slice(1, -1) : code });
          at = close + run.length;
        }
      } else if (c === '*' || c === '_') {
        const mark = text[at + 1] === c ? c + c : c;
        const close = alone.has(mark) || depth >= MAX_DEPTH ? -1 : closing(text, at, mark);
        if (close < 0) {
          if (opens(text, at, mark)) alone.add(mark);
          plain += mark;
          at += mark.length;
        } else {
          const inner = this.parse(text.slice(at + mark.length, close), depth + 1);
          add({ kind: mark.length === 2 ? 'strong' : 'emphasis', text: inner });
          at = close + mark.length;
        }
      } else {
        plain += c;
        at++;
      }
    }
    flush();
    return found;
  }
}

function runLength(text: string, at: number): number {
  let end = at;
  while (text[end] === '`') end++;
  return end - at;
}

/** The offset of the next run of exactly these backquotes, or -1. */
function runEnd(text: string, from: number, run: string): number {
  for (let at = text.indexOf(run, from); at >= 0; at = text.indexOf(run, at)) {
    const length = runLength(text, at);
    if (length === run.length) return at;
    at += length;
  }
  return -1;
}

function opens(text: string, at: number, mark: string): boolean {
  const after = text[at + mark.length];
  if (after === undefined || /\s/.test(after)) return false;
  return mark[0] !== '_' || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ');
}

/** The offset of the mark that closes the one at `at`, or -1. */
function closing(text: string, at: number, mark: string): number {
  if (!opens(text, at, mark)) return -1;
  for (let end = text.indexOf(mark, at + mark.length); end >= 0; end = text.indexOf(mark, end + 1)) {
    const before = text[end - 1]!;
    const after = text[end + mark.length] ?? ' ';
    if (end === at + mark.length || /\s/.test(before) || before === '\\') continue;
    // A single mark must not take one of a double.
    if (mark.length === 1 && (after === mark || before === mark)) {
      if (after === mark) end++;
      continue;
    }
    if (mark[0] === '_' && /[\p{L}\p{N}]/u.test(after)) continue;
    // Of three marks the last two close: the first closes what is inside.
    if (mark.length === 2 && after === mark[0]) return end + 1;
    return end;
  }
  return -1;
}
