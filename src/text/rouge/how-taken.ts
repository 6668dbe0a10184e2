import { wordsText } from './choose-words';
import { areFew } from '../../base/few-pairs';

type Noted = number | null | undefined;

/** What a score of generated answers depends on besides the model. What earlier versions did not note is null or left out. */
export interface HowTaken {
  readonly examples: number;
  readonly max_new_tokens: number;
  readonly stemmer: boolean;
  readonly unicode: boolean;
  /** Words of a reference, the mean. */
  readonly reference_words?: Noted;
  readonly base: AnswerLengths;
  readonly tuned: AnswerLengths;
}

export interface AnswerLengths {
  /** Answers that max_new_tokens ended. */
  readonly cut?: Noted;
  /** Words of an answer, the mean. */
  readonly answer_words?: Noted;
}

/** Two rows for a table of base against tuned: what a score gains or loses by the length of the answers alone. */
export function lengthRows({ max_new_tokens, reference_words, base, tuned }: HowTaken): [string, string, string][] {
  const rows: [string, string, string][] = [];
  const words = (value: Noted): string => (typeof value === 'number' ? value.toFixed(1) : '–');
  if (typeof reference_words === 'number') {
    const name = `words in an answer (${words(reference_words)} in yours)`;
    rows.push([name, words(base.answer_words), words(tuned.answer_words)]);
  }
  if (typeof base.cut === 'number' && typeof tuned.cut === 'number') {
    rows.push([`cut at ${max_new_tokens} tokens`, String(base.cut), String(tuned.cut)]);
  }
  return rows;
}

/** In a sentence or two: on how many examples, with which limit, by which words. */
export function takenText({ examples, max_new_tokens, stemmer, unicode }: HowTaken): string {
  const part = `${examples} held-out ${examples === 1 ? 'example' : 'examples'}`;
  const means = areFew(examples) ? 'mean F1' : 'mean F1 with its 95% interval';
  const how = `${part}, answers of at most ${max_new_tokens} tokens; ${means}, ${wordsText(unicode)}, ${stemmer ? 'with' : 'without'} the Porter stemmer.`;
  return areFew(examples) ? `${how} So few examples tell little: read the answers.` : how;
}
