import type { Note } from '../formats/reading';
import { crossRule, openingOf, type CrossRule, type KeptPlace } from '../rule';

/** Tells once a file what the reading of its examples has to say, at the first example that it is true of. */
function noteRule(id: Note['rule']): CrossRule {
  return crossRule<readonly Note[]>({
    id,
    severity: 'warning',
    digest: ({ notes }) => (notes.length === 0 ? notes : notes.filter(({ rule }) => rule === id)),
    start() {
      const first = new Map<string, { readonly note: Note; readonly place: KeptPlace; count: number }>();
      return {
        add(notes, at) {
          for (const note of notes) {
            const known = first.get(note.message);
            if (known !== undefined) known.count++;
            else first.set(note.message, { note, place: openingOf(at), count: 1 });
          }
        },
        finish(report) {
          for (const { note, place, count } of first.values()) {
            const { rule, severity, message } = note;
            const often = count === 1 ? '' : ` (${count.toLocaleString('en-US')} examples)`;
            report({ rule, severity, place, message: message + often });
          }
        },
      };
    },
  });
}

export const otherFormat = noteRule('other-format');
export const unusedKey = noteRule('unused-key');
