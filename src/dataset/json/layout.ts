/** How a value is laid out, so that another can be written like it. */
export interface Layout {
  readonly eol: string;
  /** White space before the value's own lines. */
  readonly indent: string;
  /** What each level adds to it. */
  readonly unit: string;
  /** Set where the value stands on one line. */
  readonly inline: InlineLayout | undefined;
}

export interface InlineLayout {
  /** A space after { and before }. */
  readonly padded: boolean;
  /** A space after colons and commas. */
  readonly spaced: boolean;
}

const FIRST_KEY = /^\{(\s*)"(?:[^"\\]|\\.)*"\s*:(\s*)/;

/** The layout of the JSON object [start, end) of a text. */
export function layoutOf(text: string, start: number, end: number): Layout {
  const source = text.slice(start, end);
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart, start))![0];
  const [, open = '', colon = ' '] = FIRST_KEY.exec(source) ?? [];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (!source.includes('\n')) {
    return { eol, indent, unit: '  ', inline: { padded: open !== '', spaced: colon !== '' } };
  }
  const keys = open.slice(open.lastIndexOf('\n') + 1);
  const unit = open.includes('\n') && keys.startsWith(indent) && keys !== indent ? keys.slice(indent.length) : '  ';
  return { eol, indent, unit, inline: undefined };
}

/** A value written in a layout, without white space before its first line. */
export function elementLike(value: object, { eol, indent, unit, inline }: Layout): string {
  if (inline !== undefined) return inlineText(value, inline);
  return JSON.stringify(value, null, unit).replaceAll('\n', `${eol}${indent}`);
}

function inlineText(value: unknown, layout: InlineLayout): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const space = layout.spaced ? ' ' : '';
  if (Array.isArray(value)) return `[${value.map((item) => inlineText(item, layout)).join(`,${space}`)}]`;
  const pad = layout.padded ? ' ' : '';
  const fields = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}:${space}${inlineText(item, layout)}`,
  );
  return `{${pad}${fields.join(`,${space}`)}${pad}}`;
}
