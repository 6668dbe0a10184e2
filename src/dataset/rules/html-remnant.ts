import { matchesOf, shown, sourceMatches, textRule, type TextProblem } from './text-rule';

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  hellip: '…',
  bull: '•',
  middot: '·',
  copy: '©',
  reg: '®',
  trade: '™',
  deg: '°',
  times: '×',
  pound: '£',
  euro: '€',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
};
const ENTITY = new RegExp(`&(?:${Object.keys(ENTITIES).join('|')}|#\\d{2,6}|#x[0-9a-f]{2,6});`, 'gi');
const TAG =
  /<\/?(?:p|br|b|i|u|a|div|span|strong|em|ul|ol|li|table|tr|td|th|tbody|thead|h[1-6]|font|center|hr|sup|sub|script|style)(?:\s[^<>\n]{0,300})?\/?>/gi;
const CANDIDATE = /&[#a-z][a-z0-9]{1,7};|<\/?[a-z][a-z1-6]{0,9}(?:\s|\/?>)/i;
/** The example is about HTML: its tags are meant. */
const ABOUT_HTML = /\bhtml\b|```|\bcss\b|\bweb ?page\b|<!doctype/i;

/** Tags and entities left over from a web page. */
export const htmlRemnant = textRule(
  'html-remnant',
  'warning',
  sourceMatches(CANDIDATE),
  function* ({ value }, { source }): Generator<TextProblem> {
    if (!CANDIDATE.test(value) || ABOUT_HTML.test(source)) return;
    for (const { from, to, found } of matchesOf(ENTITY, value)) {
      const character = decoded(found.slice(1, -1));
      if (character === undefined) continue;
      yield {
        from,
        to,
        message: `${shown(found)} is left over from a web page - write ${JSON.stringify(character)}`,
        repair: { title: `Replace by ${JSON.stringify(character)}`, from, to, text: character, safe: true },
      };
    }
    for (const { from, to, found } of matchesOf(TAG, value)) {
      // A line break stays one; other tags go.
      const text = /^<br/i.test(found) ? '\n' : '';
      yield {
        from,
        to,
        message: `the tag ${shown(found)} is left over from a web page - remove it`,
        repair: { title: 'Remove the tag', from, to, text, safe: false },
      };
    }
  },
);

function decoded(name: string): string | undefined {
  if (!name.startsWith('#')) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : ENTITIES[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  const isText = code >= 32 && code <= 0x10ffff && !(code >= 0x7f && code < 0xa0) && !(code >= 0xd800 && code < 0xe000);
  return isText ? String.fromCodePoint(code) : undefined;
}
