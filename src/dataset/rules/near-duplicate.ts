import { bigramSet, letterHash, NearSets } from '../minhash';
import type { Rule } from '../rule';

/** Word bigrams in common (Jaccard) from which two examples are near-duplicates. */
export const NEAR_DUPLICATE_THRESHOLD = 0.8;
/** Texts with fewer distinct word bigrams are alike too easily. */
const FEWEST_BIGRAMS = 8;
const SAME_WORDS = 1;

/** Question and answer are almost those of an earlier example. The same ones are exact-duplicate's. */
export function nearDuplicateAt(threshold: number): Rule {
  return {
    id: 'near-duplicate',
    severity: 'info',
    start() {
      const near = new NearSets(threshold);
      const places: { line: number; column: number; letters: number }[] = [];
      return ({ example, file, source }, report) => {
        const { question, answer } = example.value;
        const set = bigramSet([question, answer]);
        if (set.length < FEWEST_BIGRAMS) return;
        const letters = letterHash([question, answer]);
        const found = near.put(set);
        places.push({ line: example.line, column: example.column, letters });
        if (found === undefined) return;
        const { line, column, letters: theirs } = places[found.twin]!;
        if (found.similarity === SAME_WORDS && letters === theirs) return;
        const alike = Math.floor(found.similarity * 100);
        report({
          rule: 'near-duplicate',
          start: 0,
          end: source.length,
          message: `${alike}% of the word pairs are those of the example in line ${line} - reword one of them or delete it`,
          related: [{ file, line, column }],
        });
      };
    },
  };
}

export const nearDuplicate = nearDuplicateAt(NEAR_DUPLICATE_THRESHOLD);
