import { ascendingSet, jaccard, wordHashes } from '../minhash';
import { normaliseText } from '../normalise';
import type { Rule } from '../rule';
import { HashedNumbers } from './hashed-numbers';

/** Answers with fewer words in common (Jaccard) say something else. */
const CLEARLY_DIFFERENT = 0.3;
/** An answer is remembered by its least word hashes: a bottom-k sketch (Broder 1997). */
const SKETCH = 32;

interface KeptAnswer {
  readonly line: number;
  readonly column: number;
  readonly words: Uint32Array;
  readonly numbers: string;
  readonly polarity: string;
}

/** The question was asked before and has an answer there that says something else. */
export const contradictoryAnswers: Rule = {
  id: 'contradictory-answers',
  severity: 'warning',
  start() {
    const indices = new HashedNumbers();
    const answers: KeptAnswer[] = [];
    return ({ example, file, texts }, report) => {
      // With a history the same words may ask for something else.
      if (example.history !== undefined) return;
      const { question, answer } = example.value;
      const first = indices.put(normaliseText(question), answers.length);
      const own: KeptAnswer = {
        line: example.line,
        column: example.column,
        words: ascendingSet(Uint32Array.from(wordHashes(answer))).slice(0, SKETCH),
        numbers: [...new Set(numbersOf(answer))].sort().join(' '),
        polarity: /^\s*(yes|no)\b/i.exec(answer)?.[1]?.toLowerCase() ?? '',
      };
      if (first === undefined) {
        answers.push(own);
        return;
      }
      const earlier = answers[first]!;
      if (!contradicts(own, earlier)) return;
      const text = texts().find(({ role, value }) => role === 'answer' && value === answer);
      report({
        rule: 'contradictory-answers',
        start: text?.start ?? 0,
        end: text?.end ?? 1,
        message: `the same question has another answer in line ${earlier.line} - keep the right one`,
        related: [{ file, line: earlier.line, column: earlier.column }],
      });
    };
  },
};

function contradicts(a: KeptAnswer, b: KeptAnswer): boolean {
  if (a.polarity !== '' && b.polarity !== '' && a.polarity !== b.polarity) return true;
  if (a.numbers !== '' && b.numbers !== '' && a.numbers !== b.numbers) return true;
  if (holds(a.words, b.words) || holds(b.words, a.words)) return false;
  // Of the union's least hashes, the share that is in both estimates the similarity of the whole sets.
  const least = ascendingSet(Uint32Array.of(...a.words, ...b.words))
    .slice(0, SKETCH)
    .at(-1)!;
  const within = (words: Uint32Array): Uint32Array => words.filter((word) => word <= least);
  return a.words.length > 0 && b.words.length > 0 && jaccard(within(a.words), within(b.words)) < CLEARLY_DIFFERENT;
}

/** Whether the longer answer has every word of the shorter: "78" and "It is 78". Only whole sketches tell. */
function holds(longer: Uint32Array, shorter: Uint32Array): boolean {
  return longer.length < SKETCH && shorter.every((word) => longer.includes(word));
}

/** Numbers with their thousands separators taken out. */
function numbersOf(text: string): string[] {
  return (text.match(/\d[\d,.]*/g) ?? []).map((number) => number.replace(/,/g, '').replace(/\.+$/, ''));
}
