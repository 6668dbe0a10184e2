import { bigramSet, letterHash } from '../near/minhash';
import { bandsFor, NearSets, signed, type SignedSet } from '../near/near-sets';
import { crossRule, type CrossRule, type RuleSubject } from '../rule';

/** Texts with fewer distinct word bigrams are alike too easily. */
const FEWEST_BIGRAMS = 8;

/** What near-duplicates are found by. */
export interface NearDigest {
  readonly set: SignedSet;
  /** Of the texts without white space and case. */
  readonly letters: number;
}

/** An example, as the rules have it. */
interface Compared {
  readonly example: Pick<RuleSubject['example'], 'value'>;
}

let recent: { subject: Compared; threshold: number; digest: NearDigest | undefined } | undefined;

/** What two examples are compared by; undefined where the texts are too short for it. */
export function nearSet(question: string, answer: string, threshold: number): SignedSet | undefined {
  const set = bigramSet([question, answer]);
  return set.length < FEWEST_BIGRAMS ? undefined : signed(set, threshold);
}

/** Undefined where the texts are too short to be compared. Two rules ask for it, one after the other: it is made once. */
export function nearDigest(subject: Compared, threshold: number): NearDigest | undefined {
  if (recent?.subject === subject && recent.threshold === threshold) return recent.digest;
  const { question, answer } = subject.example.value;
  const set = nearSet(question, answer, threshold);
  const digest = set === undefined ? undefined : { set, letters: letterHash([question, answer]) };
  recent = { subject, threshold, digest };
  return digest;
}

/**
 * Question and answer are almost those of an earlier example. The same ones are exact-duplicate's.
 * @param threshold from LEAST_THRESHOLD to 1
 */
export function nearDuplicateAt(threshold: number): CrossRule {
  const { bands } = bandsFor(threshold);
  return crossRule<NearDigest | undefined>({
    id: 'near-duplicate',
    severity: 'info',
    digest: (subject) => nearDigest(subject, threshold),
    keys(digest, visit) {
      if (digest !== undefined) for (let band = 0; band < bands; band++) visit(digest.set[band]!);
    },
    start(held) {
      const near = new NearSets(threshold, held);
      // Of each set that is kept: a column a number, since there are many.
      const lines: number[] = [];
      const columns: number[] = [];
      const letters: number[] = [];
      return {
        add(digest, { file, line, column }, report) {
          if (digest === undefined) return;
          const found = near.put(digest.set);
          if (near.size > lines.length) {
            lines.push(line);
            columns.push(column);
            letters.push(digest.letters);
          }
          if (found === undefined) return;
          if (found.similarity === 1 && digest.letters === letters[found.twin]) return;
          const twin = { line: lines[found.twin]!, column: columns[found.twin]! };
          const alike = Math.floor(found.similarity * 100);
          report({
            rule: 'near-duplicate',
            message: `${alike}% of the word pairs also occur in the example on line ${twin.line} - reword one of them or delete it`,
            related: [{ file, ...twin }],
          });
        },
      };
    },
  });
}
