import { HashedPairs } from '../near/hashed-pairs';
import { KeptRows, newRow, type RowStore } from '../near/kept-rows';
import { ascendingSet, jaccard, wordHashes } from '../near/minhash';
import { crossRule } from '../rule';
import { hashNumber, hashTexts, type TextHash } from '../near/text-hash';

/** Answers with fewer words in common (Jaccard) say something else. */
const CLEARLY_DIFFERENT = 0.3;
/** An answer is remembered by its least word hashes: a bottom-k sketch (Broder 1997). */
const SKETCH = 32;

/** Asks for something that may well come out otherwise each time. */
const OPEN_REQUEST =
  /^\s*(?:please )?(?:generate|write|create|compose|invent|suggest|come up with|make up|(?:give|provide|name|tell)(?: me)? (?:an?|some|one) )/i;

/** What an answer says. */
interface Said {
  readonly words: Uint32Array;
  /** A hash of its numbers; 0 where it has none. */
  readonly numbers: number;
  /** `Yes` is 1, `No` -1, neither 0. */
  readonly polarity: number;
}

interface AnswerDigest extends Said {
  readonly question: TextHash;
}

/** The question was asked before and has an answer there that says something else. */
export const contradictoryAnswers = crossRule<AnswerDigest | undefined>({
  id: 'contradictory-answers',
  severity: 'warning',
  digest({ example: { value, history, turns } }) {
    // With a history the same words may ask for something else, and what tools gave is another each time.
    if (history !== undefined || turns !== undefined || OPEN_REQUEST.test(value.question)) return undefined;
    const { question, answer } = value;
    const found = ascendingSet(wordHashes(answer).slice(), SKETCH);
    const words = newRow(found.length);
    words.set(found);
    return {
      question: hashTexts([question]),
      words,
      numbers: hashNumbers(answer),
      polarity: polarityOf(answer),
    };
  },
  keys(digest, visit) {
    if (digest !== undefined) visit(digest.question.low);
  },
  start(held = false) {
    const indices = new HashedPairs();
    // Of each question's first answer: a column a value, since there are many.
    const lines: number[] = [];
    const columns: number[] = [];
    const words: RowStore = held ? [] : new KeptRows();
    const numbers: number[] = [];
    const polarities: number[] = [];
    return {
      add(digest, { file, line, column, subject }, report) {
        if (digest === undefined) return;
        const first = indices.put(digest.question, lines.length + 1, 0);
        if (first === undefined) {
          lines.push(line);
          columns.push(column);
          words.push(digest.words);
          numbers.push(digest.numbers);
          polarities.push(digest.polarity);
          return;
        }
        const at = first[0] - 1;
        const earlier = { line: lines[at]!, column: columns[at]! };
        const said = { words: words.at(at)!, numbers: numbers[at]!, polarity: polarities[at]! };
        if (!contradicts(digest, said)) return;
        const { example, texts } = subject();
        const text = texts().find(({ role, value }) => role === 'answer' && value === example.value.answer);
        report({
          rule: 'contradictory-answers',
          start: text?.start ?? 0,
          end: text?.end ?? 1,
          message: `the same question has another answer on line ${earlier.line} - keep the right one`,
          related: [{ file, ...earlier }],
        });
      },
    };
  },
});

function contradicts(a: Said, b: Said): boolean {
  if (a.polarity !== 0 && b.polarity !== 0 && a.polarity !== b.polarity) return true;
  if (a.numbers !== 0 && b.numbers !== 0 && a.numbers !== b.numbers) return true;
  if (holds(a.words, b.words) || holds(b.words, a.words)) return false;
  // Of the union's least hashes, the share that is in both estimates the similarity of the whole sets.
  const least = ascendingSet(Uint32Array.of(...a.words, ...b.words), SKETCH).at(-1)!;
  const within = (words: Uint32Array): Uint32Array => words.filter((word) => word <= least);
  return a.words.length > 0 && b.words.length > 0 && jaccard(within(a.words), within(b.words)) < CLEARLY_DIFFERENT;
}

/** Whether the longer answer has every word of the shorter: "78" and "It is 78". Only whole sketches tell. */
function holds(longer: Uint32Array, shorter: Uint32Array): boolean {
  return longer.length < SKETCH && shorter.every((word) => longer.includes(word));
}

/** Of the set of the numbers, without their thousands separators. */
function hashNumbers(text: string): number {
  const found = text.match(/\d[\d,.]*/g);
  if (found === null) return 0;
  const numbers = new Set(found.map((number) => number.replace(/,/g, '').replace(/\.+$/, '')));
  return hashNumber(hashTexts([...numbers].sort()));
}

function polarityOf(answer: string): number {
  const word = /^\s*(yes|no)\b/i.exec(answer)?.[1];
  return word === undefined ? 0 : word.length === 3 ? 1 : -1;
}
