/**
 * The Porter stemmer as NLTK runs it by default (`PorterStemmer.NLTK_EXTENSIONS`), which is what Google's rouge_score stems with.
 * Porter 1980, "An algorithm for suffix stripping"; NLTK's departures from the paper are marked where they are made.
 */

/** NLTK: words the rules get wrong, with the stem to use. */
const IRREGULAR = new Map([
  ['sky', 'sky'],
  ['skies', 'sky'],
  ['dying', 'die'],
  ['lying', 'lie'],
  ['tying', 'tie'],
  ['news', 'news'],
  ['inning', 'inning'],
  ['innings', 'inning'],
  ['outing', 'outing'],
  ['outings', 'outing'],
  ['canning', 'canning'],
  ['cannings', 'canning'],
  ['howe', 'howe'],
  ['proceed', 'proceed'],
  ['exceed', 'exceed'],
  ['succeed', 'succeed'],
]);

/** A suffix and what replaces it. In a list the first suffix that fits decides, whether or not its condition then holds. */
type Rule = readonly [suffix: string, replacement: string];

const PLURALS: readonly Rule[] = [
  ['sses', 'ss'],
  ['ies', 'i'],
  ['ss', 'ss'],
  ['s', ''],
];

/** Step 2. NLTK: `bli` instead of `abli`; `fulli` and `logi` are added (`logi` and `alli` have conditions of their own below). */
const DOUBLE_SUFFIXES: readonly Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['fulli', 'ful'],
];

const DERIVATIONS: readonly Rule[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];

/** Step 4. The longer of two suffixes that end alike comes first (`ement`, `ment`, `ent`). */
const ENDINGS = [
  ...['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent', 'ion'],
  ...['ou', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize'],
];

/** One `c` or `v` for each letter. A y is a vowel where a consonant stands before it, and a consonant elsewhere. */
function shapeOf(word: string): string {
  let shape = '';
  let vowel = false;
  for (let at = 0; at < word.length; at++) {
    const letter = word[at]!;
    vowel = letter === 'y' ? at > 0 && !vowel : 'aeiou'.includes(letter);
    shape += vowel ? 'v' : 'c';
  }
  return shape;
}

/** Porter's m: how often a vowel is followed by a consonant. */
function measure(word: string): number {
  const shape = shapeOf(word);
  let count = 0;
  for (let at = shape.indexOf('vc'); at !== -1; at = shape.indexOf('vc', at + 2)) count++;
  return count;
}

/** Porter's *o: ends consonant, vowel, consonant other than w, x, y. NLTK: a two-letter vowel and consonant counts too. */
function endsShort(word: string): boolean {
  const shape = shapeOf(word);
  return (shape.endsWith('cvc') && !/[wxy]$/.test(word)) || shape === 'vc';
}

/** The word without its last `count` letters. */
function cut(word: string, count: number): string {
  return word.slice(0, word.length - count);
}

function applyRules(word: string, rules: readonly Rule[], holds: (stem: string) => boolean): string {
  for (const [suffix, replacement] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = cut(word, suffix.length);
    return holds(stem) ? stem + replacement : word;
  }
  return word;
}

const positive = (stem: string): boolean => measure(stem) > 0;

function step1a(word: string): string {
  // NLTK: dies -> die, but flies -> fli.
  if (word.length === 4 && word.endsWith('ies')) return cut(word, 1);
  return applyRules(word, PLURALS, () => true);
}

function step1b(word: string): string {
  // NLTK: died -> die, but spied -> spi.
  if (word.endsWith('ied')) return word.length === 4 ? cut(word, 1) : cut(word, 2);
  if (word.endsWith('eed')) return positive(cut(word, 3)) ? cut(word, 1) : word;
  const suffix = word.endsWith('ed') ? 2 : word.endsWith('ing') ? 3 : 0;
  const stem = cut(word, suffix);
  const shape = shapeOf(stem);
  if (suffix === 0 || !shape.includes('v')) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (stem.length >= 2 && stem.at(-1) === stem.at(-2) && shape.endsWith('c')) {
    return /[lsz]$/.test(stem) ? stem : cut(stem, 1);
  }
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function step1c(word: string): string {
  // NLTK: a y after a consonant that is not the first letter, with or without a vowel before it (fly -> fli, enjoy stays).
  const stem = cut(word, 1);
  return word.endsWith('y') && stem.length > 1 && shapeOf(stem).endsWith('c') ? `${stem}i` : word;
}

function step2(word: string): string {
  // NLTK: what `alli` leaves goes through this step again.
  if (word.endsWith('alli')) return positive(cut(word, 4)) ? step2(cut(word, 2)) : word;
  // NLTK: the l belongs to the stem that is measured, so that `logi` alone counts as a word's end.
  if (word.endsWith('logi')) return positive(cut(word, 3)) ? cut(word, 1) : word;
  return applyRules(word, DOUBLE_SUFFIXES, positive);
}

function step4(word: string): string {
  const suffix = ENDINGS.find((ending) => word.endsWith(ending));
  if (suffix === undefined) return word;
  const stem = cut(word, suffix.length);
  return measure(stem) > 1 && (suffix !== 'ion' || /[st]$/.test(stem)) ? stem : word;
}

function step5(word: string): string {
  let stem = word;
  if (word.endsWith('e')) {
    const without = cut(word, 1);
    const m = measure(without);
    if (m > 1 || (m === 1 && !endsShort(without))) stem = without;
  }
  return stem.endsWith('ll') && measure(cut(stem, 1)) > 1 ? cut(stem, 1) : stem;
}

/** The stem of a lower-case word, equal to `nltk.stem.porter.PorterStemmer().stem(word)`. Words of one or two letters stay. */
export function porterStem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  return step5(step4(applyRules(step2(step1c(step1b(step1a(word)))), DERIVATIONS, positive)));
}
