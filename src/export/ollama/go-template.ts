import type { ConversationParts, Part, Place, PlacedParts } from './conversation-parts';
import type { Strip } from './probe-template';

/** Parts for one answer to each of the conditions. */
interface Case {
  readonly when: Pick<Place, Condition>;
  readonly parts: readonly Part[];
}

type Condition = 'first' | 'last' | 'system';

const CONDITIONS: Readonly<Record<Condition, string>> = { first: '$first', last: '$last', system: '$.System' };

/**
 * The parts of a conversation as a template of Go's text/template with Ollama's values. Nothing is trimmed and no line break is added: what
 * stands outside of actions is what is written.
 */
export function goTemplate({ turns }: ConversationParts): string {
  const of = (role: Place['role']): readonly PlacedParts[] => turns.filter(({ place }) => place.role === role);
  const casesOf = (role: Place['role'], which: 'parts' | 'tail'): Case[] =>
    of(role).map((turn) => ({ when: turn.place, parts: turn[which] }));
  const asked = choose(casesOf('user', 'parts'), ['first', 'system', 'last']);
  const tail = choose(
    casesOf('user', 'tail').filter(({ when }) => when.last),
    ['first', 'system'],
  );
  const answered = choose(casesOf('assistant', 'parts'), ['system']);
  const body = [
    '{{ range $i, $_ := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}',
    `{{ if eq .Role "user" }}${asked}{{ if $last }}${tail}{{ end }}{{ $first = false }}`,
    `{{ else if eq .Role "assistant" }}${answered}{{ end }}{{ end }}`,
  ].join('');
  const used = (['both', 'start', 'end'] as const).filter((strip) => body.includes(`"${STRIPPED[strip]}"`));
  return `${used.map(define).join('')}{{ $first := true }}${body}`;
}

/** Actions that write the parts of the case that holds, with what all cases share written once. */
function choose(cases: readonly Case[], conditions: readonly Condition[]): string {
  const [one, ...others] = cases;
  if (one === undefined) return '';
  if (others.every(({ parts }) => sameParts(parts, one.parts))) return printed(one.parts);
  const { start, middles, end } = shared(cases.map(({ parts }) => parts));
  const rest = cases.map(({ when }, at) => ({ when, parts: middles[at]! }));
  // The condition after which the least is left to decide.
  const split = conditions
    .map((condition) => {
      const yes = rest.filter(({ when }) => when[condition]);
      const no = rest.filter(({ when }) => !when[condition]);
      return { condition, yes, no };
    })
    .filter(({ yes, no }) => yes.length > 0 && no.length > 0)
    .toSorted((a, b) => kinds(a.yes) + kinds(a.no) - kinds(b.yes) - kinds(b.no))[0];
  if (split === undefined) throw new RangeError('two cases of one place');
  const left = conditions.filter((condition) => condition !== split.condition);
  const [yes, no] = [choose(split.yes, left), choose(split.no, left)];
  const name = CONDITIONS[split.condition];
  const decided =
    yes === ''
      ? `{{ if not ${name} }}${no}{{ end }}`
      : `{{ if ${name} }}${yes}${no === '' ? '' : `{{ else }}${no}`}{{ end }}`;
  return `${printed(start)}${decided}${printed(end)}`;
}

function kinds(cases: readonly Case[]): number {
  return new Set(cases.map(({ parts }) => JSON.stringify(parts))).size;
}

function sameParts(a: readonly Part[], b: readonly Part[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What all begin and end with; text is cut before a token or after a line, so that a person can read it. */
function shared(all: readonly (readonly Part[])[]): { start: Part[]; middles: Part[][]; end: Part[] } {
  let rest: Part[][] = all.map((parts) =>
    parts.flatMap((part): Part[] => (typeof part === 'string' ? cutText(part) : [part])),
  );
  const take = (from: 0 | -1): Part[] => {
    const taken: Part[] = [];
    for (;;) {
      const next = rest[0]!.at(from);
      if (
        next === undefined ||
        !rest.every((parts) => sameParts(parts.slice(from, from === 0 ? 1 : undefined), [next]))
      )
        return taken;
      if (from === 0) taken.push(next);
      else taken.unshift(next);
      rest = rest.map((parts) => (from === 0 ? parts.slice(1) : parts.slice(0, -1)));
    }
  };
  const start = take(0);
  const end = take(-1);
  return { start, middles: rest, end };
}

function cutText(text: string): string[] {
  return text.split(/(?<=\n)|(?=[<[])|(?<=[>\]])/u).filter((piece) => piece !== '');
}

const STRIPPED: Readonly<Record<Exclude<Strip, 'none'>, string>> = { both: 'trim', start: 'trimStart', end: 'trimEnd' };

function printed(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return literal(part);
      const value = part.of === 'system' ? '$.System' : '.Content';
      return part.strip === 'none' ? `{{ ${value} }}` : `{{ template "${STRIPPED[part.strip]}" ${value} }}`;
    })
    .join('');
}

/**
 * A template that takes white space off a text, byte by byte: Go's templates have no function for it. $from is the first other byte, $last the
 * last one; a text of one byte more than $last has the length that is kept.
 */
function define(strip: Exclude<Strip, 'none'>): string {
  const from = strip === 'end' ? '0' : '$from';
  const kept =
    strip === 'start' ? `slice $text ${from}` : `slice $text ${from} (len (printf "%s." (slice $text 0 $last)))`;
  const blank = 'or (eq $c 32) (and (ge $c 9) (le $c 13)) (and (ge $c 28) (le $c 31))';
  return [
    `{{ define "${STRIPPED[strip]}" }}{{ $text := . }}{{ $from := len $text }}{{ $last := 0 }}`,
    `{{ range $i := len $text }}{{ $c := index $text $i }}{{ if not (${blank}) }}`,
    '{{ if eq $from (len $text) }}{{ $from = $i }}{{ end }}{{ $last = $i }}{{ end }}{{ end }}',
    `{{ if lt $from (len $text) }}{{ ${kept} }}{{ end }}{{ end }}`,
  ].join('');
}

/** Text as it stands in a template in a Modelfile, whose reader drops characters that cannot be printed and ends at three quotes. */
function literal(text: string): string {
  return text.replace(/\{+|"{3,}|[^\p{L}\p{M}\p{N}\p{P}\p{S} \t\r\n]+/gu, (found) => `{{ ${goString(found)} }}`);
}

function goString(text: string): string {
  const escaped = Array.from(text, (character) => {
    if (character === '{') return character;
    return `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`;
  });
  return `"${escaped.join('')}"`;
}
