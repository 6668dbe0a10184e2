import type { SubjectText } from '../rule';
import { shown, textRule, type TextProblem } from './text-rule';

/** So often in a row is no emphasis any more. */
const TIMES = 4;
const MAX_PHRASE = 12;
const MAX_RUN = 20;
// A repetition without an upper bound overflows the stack on a run of a million.
const RUN = /([^\s\\=_*#~.-])\1{20}/;
const RUN_OF_ANY = /([^\s=_*#~.-])\1{20}/g;

interface Word {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A phrase said four times in a row, or one character more than twenty times: text that a broken program wrote. */
export const repetition = textRule(
  'repetition',
  'warning',
  ({ source, example: { value } }) => runs(source) || repeats(value.answer) || repeats(value.question),
  function* ({ value }: SubjectText): Generator<TextProblem> {
    for (const { from, to } of runsOf(value)) {
      const message = `${shown(value[from]!)} appears ${to - from} times in a row - shorten it (at most ${MAX_RUN})`;
      yield { from, to, message };
    }
    if (!repeats(value)) return;
    const words: Word[] = [...value.matchAll(/\S+/g)].map((match) => ({
      from: match.index,
      to: match.index + match[0].length,
      text: match[0].toLowerCase(),
    }));
    for (let i = 0; i < words.length; i++) {
      const found = phraseAt(words, i);
      if (found === undefined) continue;
      const { length, times } = found;
      // Signs and numbers repeat in tables and sums.
      if (!words.slice(i, i + length).some((word) => /\p{L}{2}/u.test(word.text))) {
        i += length * times - 1;
        continue;
      }
      const from = words[i]!.from;
      const to = words[i + length * times - 1]!.to;
      const phrase = value.slice(from, words[i + length - 1]!.to);
      yield {
        from,
        to,
        message: `${shown(phrase)} appears ${times} times in a row - keep one`,
        repair: { title: 'Keep one', from, to, text: phrase, safe: false },
      };
      i += length * times - 1;
    }
  },
);

/** A run is longer than two steps of half its length, so that it holds one whole step. */
const RUN_STEP = MAX_RUN / 2;

/** As RUN, which tries every character. */
function runs(source: string): boolean {
  for (let i = RUN_STEP; i < source.length; i += RUN_STEP) {
    let from = i;
    while (from > i - RUN_STEP && source.charCodeAt(from - 1) === source.charCodeAt(i)) from--;
    if (from === i - RUN_STEP) return RUN.test(source);
  }
  return false;
}

/** The runs of one character, each to its end. */
function* runsOf(value: string): Generator<{ from: number; to: number }> {
  const pattern = new RegExp(RUN_OF_ANY);
  for (let match = pattern.exec(value); match !== null; match = pattern.exec(value)) {
    let to = match.index + match[0].length;
    while (value[to] === match[1]) to++;
    pattern.lastIndex = to;
    yield { from: match.index, to };
  }
}

function phraseAt(words: readonly Word[], at: number): { length: number; times: number } | undefined {
  for (let length = 1; length <= MAX_PHRASE && at + length * TIMES <= words.length; length++) {
    if (words[at]!.text !== words[at + length]!.text) continue;
    let same = 0;
    while (at + length + same < words.length && words[at + same]!.text === words[at + length + same]!.text) same++;
    const times = 1 + Math.floor(same / length);
    if (times >= TIMES) return { length, times };
  }
  return undefined;
}

let wordHashes = new Int32Array(1024);

/** A cheap look: some window of words comes back at its own distance four times. */
function repeats(text: string): boolean {
  if (text.length < 8) return false;
  if (wordHashes.length < text.length) wordHashes = new Int32Array(text.length * 2);
  const hashes = wordHashes;
  let count = 0;
  let hash = 0;
  let inWord = false;
  for (let i = 0; i <= text.length; i++) {
    const c = i < text.length ? text.charCodeAt(i) : 32;
    if (c === 32 || (c >= 9 && c <= 13) || c === 0xa0) {
      if (inWord) hashes[count++] = hash;
      hash = 0;
      inWord = false;
    } else {
      hash = (Math.imul(hash, 31) + (c >= 65 && c <= 90 ? c + 32 : c)) | 0;
      inWord = true;
    }
  }
  for (let length = 1; length <= MAX_PHRASE; length++) {
    const wanted = length * (TIMES - 1);
    // So many in a row have one among them whose number is a multiple.
    for (let i = wanted; i < count; i += wanted) {
      if (hashes[i] === hashes[i - length] && sameAround(hashes.subarray(0, count), i, length) >= wanted) return true;
    }
  }
  return false;
}

/** How many words in a row around the `at`-th, and with it, are those `distance` before them. */
function sameAround(hashes: Int32Array, at: number, distance: number): number {
  let from = at;
  while (from > distance && hashes[from - 1] === hashes[from - 1 - distance]) from--;
  let to = at + 1;
  while (to < hashes.length && hashes[to] === hashes[to - distance]) to++;
  return to - from;
}
