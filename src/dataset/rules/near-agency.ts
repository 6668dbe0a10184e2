import { crossRule, type KeptPlace } from '../rule';
import { keepPlace } from './example-place';

/** Different agencies beyond so many are names of something else, and each pair would be compared. */
const MOST_AGENCIES = 500;
/** A slip is one only in a word of so many letters: "FRSC" and "FIRS" are two agencies, and so are those of Ogun State and Osun State. */
const LETTERS_FOR_A_SLIP = 6;

interface Agency {
  readonly name: string;
  readonly first: KeptPlace;
  count: number;
}

/** A name that is almost that of a commoner agency. */
export const nearAgency = crossRule<string | undefined>({
  id: 'near-agency',
  severity: 'warning',
  digest: ({ example }) => example.value.agency,
  start() {
    const agencies = new Map<string, Agency>();
    return {
      add(name, at) {
        if (name === undefined || name.trim() === '') return;
        const known = agencies.get(name);
        if (known !== undefined) known.count++;
        else if (agencies.size < MOST_AGENCIES) {
          const subject = at.subject();
          const text = subject.texts().find(({ role }) => role === 'agency');
          const first = keepPlace(subject, text?.start ?? 0, text?.end ?? 1);
          agencies.set(name, { name, first, count: 1 });
        }
      },
      finish(report) {
        if (agencies.size >= MOST_AGENCIES) return;
        // Commonest first; of equals the one that came first.
        const ordered = [...agencies.values()].sort((a, b) => b.count - a.count);
        for (const [i, agency] of ordered.entries()) {
          const twin = ordered.slice(0, i).find((other) => sameAgency(agency.name, other.name));
          if (twin === undefined) continue;
          const { file, line, column } = twin.first;
          const { offset: start, endOffset: end } = agency.first;
          const edits = [{ start, end, text: JSON.stringify(twin.name) }];
          report({
            rule: 'near-agency',
            place: agency.first,
            message: `the name "${shown(agency.name)}" (${agency.count}) is almost "${shown(twin.name)}" (${twin.count}) - use one name for both`,
            related: [{ file, line, column }],
            fixes: [{ title: `Rename to "${shown(twin.name)}"`, safe: false, edits }],
          });
        }
      },
    };
  },
});

function shown(name: string): string {
  return name.slice(0, 60);
}

/** Whether two names differ in case, space and punctuation only, or by one slip in a long word. */
export function sameAgency(a: string, b: string): boolean {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  const plain = left.join('');
  if (plain === right.join('')) return plain !== '';
  if (left.length !== right.length) return false;
  const at = left.findIndex((word, i) => word !== right[i]);
  const [own, other] = [left[at]!, right[at]!];
  if (left.some((word, i) => i > at && word !== right[i])) return false;
  return Math.min(own.length, other.length) >= LETTERS_FOR_A_SLIP && oneSlip(own, other);
}

function wordsOf(name: string): string[] {
  return (
    name
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

/** One letter more, less or other, or two neighbours swapped; hardly ever the first one, and a digit makes another name ("Form07"). */
function oneSlip(a: string, b: string): boolean {
  if (a[0] !== b[0] || a.replace(/\D/g, '') !== b.replace(/\D/g, '')) return false;
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  if (a.length !== b.length) return a.length > b.length ? a.slice(i + 1) === b.slice(i) : a.slice(i) === b.slice(i + 1);
  if (a.slice(i + 1) === b.slice(i + 1)) return true;
  return a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2);
}
