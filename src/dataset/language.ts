/**
 * Tells the language of a text by its script and, where that is Latin, by its function words: no name and no borrowed word is one,
 * so that a text about the Universidad de la República stays English. Identifiers made for any text were left: as measured on 4,497
 * answers, `eld` (8.8 MB) takes 0.3 ms an answer and `franc-min` (0.15 MB) 0.6 ms, which is 17 s and 29 s for 50,000, and franc-min is wrong on
 * one answer in thirteen. This says nothing where it is not sure.
 */

/** Function words, most frequent first; a word may belong to several languages. */
const FUNCTION_WORDS: Readonly<Record<string, string>> = {
  English:
    'the of and to a i is that it for was on are with as his they be at this have from or had by but what were when your can there an which their if will about would these has its been who must should you not may before after any do does did she he we our',
  French:
    'le la les des et est un une du que qui dans pour pas ce cette sur avec il elle ils vous nous au aux sont ne se plus par votre être doit mais ou où leur comme ont son sa ses était peut chez',
  Spanish:
    'el la los las y es un una del que en por con para no se su al lo como más pero sus le ya este esta sí porque cuando muy sin sobre también hay está son ser debe puede usted donde fue desde',
  Portuguese:
    'o os as e é um uma do da dos das que em por com para não se na no nas nos ao mais mas como foi ele ela você são seu sua isso está ser pelo pela também quando muito já deve pode até',
  Italian:
    'il lo gli di che è un una per non con si da del della dei delle nel nella sono come più ma anche al alla questo questa ha ho suo sua essere deve può dove quando perché molto tutti',
  German:
    'der die das und ist ein eine einen einem einer nicht von mit auf für den dem des im sich zu auch es an werden aus er hat dass sie nach bei um noch wie über so zum war haben nur oder aber vor zur bis durch muss kann wird sind',
  Dutch:
    'de het een en van ik te dat die niet zijn is was op aan met als voor had er maar om hem dan zou wat mijn men dit zo door over ze zich bij ook tot je naar kan moet wordt worden uw deze heeft',
  Swedish:
    'och det att i en som på är av för med till den har de inte om ett han men var jag från så kan när hon under också eller ska vid sin skall måste',
  Danish:
    'og det at i en som på er af for med til den har de ikke om et han men var jeg fra så kan når hun også eller skal ved sin hvad bliver må',
  Polish:
    'i w na z do się nie to że jest o jak po co ale za od przez dla czy tak są być może które który która oraz tylko jego już przy tym musi',
  Czech:
    'a v na je se z že to s do o i jako pro ale by jsou být které který která nebo od za po při může také má musí není',
  Romanian:
    'și în de la cu nu este un o pe din care că mai pentru sunt sau se ca fi al ale prin dar după trebuie poate fost această acest lui',
  Turkish:
    've bir bu için ile de da ne çok daha gibi olarak olan her kadar sonra değil ancak ise en mi var yok tarafından gerekir',
  Indonesian:
    'yang dan di ke dari untuk dengan pada adalah ini itu tidak dalam akan atau juga oleh sebagai dapat karena harus ada anda saya mereka bisa telah lebih',
  Vietnamese:
    'là và của có không được cho một những trong với các để người này khi đã về từ phải cũng bạn như nào ở sẽ',
  Finnish: 'ja on ei se että hän oli mutta ovat kun niin myös kuin joka tai sen ole voi sitä jos vain mitä täytyy',
  Hungarian: 'a az és hogy nem is egy van ez volt meg de azt csak kell már mint vagy még ha el lehet sem nagyon ki',
  Swahili:
    'na ya wa kwa ni katika la za cha kama hii yake huo hiyo pia kuwa ili au lakini baada kabla wao yao sana lazima unaweza kwamba',
  Hausa:
    'da na a ta ya ba ne ce wannan don za ga shi ka yi sun mai kuma ko cikin daga wanda domin suna kai amma idan wata akwai',
  Yoruba: 'ní ti àti sí tí ń ó jẹ́ fún pé wọ́n náà láti kí bá ṣe yìí gbogbo ọ̀kan kan tàbí wọn rẹ mo jẹ bí nínú',
  Igbo: 'na nke ya ka ọ bụ ndị maka nwere ga iji gị ma n’ime otu a e dị si onye ụfọdụ anyị mgbe ọzọ bụrụ',
  'Nigerian Pidgin': 'dey wetin una dem wey abi na be fit sabi make am don dis dat di pipo wen go',
};

const NAMES = Object.keys(FUNCTION_WORDS);

interface FunctionWord {
  readonly word: string;
  /** As numbers in NAMES. */
  readonly languages: number[];
  /** Number of the last text that had it. */
  seen: number;
}

/** A power of two, several times the number of function words. */
const SLOTS = 8192;
/** By the hash of the word, at the first free place from there on: to ask a Map, each word of a text would have to be cut out. */
const WORDS: (FunctionWord | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
for (const [language, name] of NAMES.entries()) {
  for (const word of new Set(FUNCTION_WORDS[name]!.split(' '))) {
    const slot = slotOf(word, 0, word.length, hashOf(word));
    const known = WORDS[slot];
    if (known === undefined) WORDS[slot] = { word, languages: [language], seen: 0 };
    else known.languages.push(language);
  }
}

function hashOf(word: string): number {
  let hash = 0;
  for (let i = 0; i < word.length; i++) hash = mixed(hash, word.charCodeAt(i));
  return hash;
}

function mixed(hash: number, c: number): number {
  return (Math.imul(hash, 31) + c) | 0;
}

/** Where the word [from, to) of the text stands in WORDS, or would. */
function slotOf(text: string, from: number, to: number, hash: number): number {
  for (let slot = (hash ^ (hash >>> 13)) & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
    const word = WORDS[slot]?.word;
    if (word === undefined || (word.length === to - from && text.startsWith(word, from))) return slot;
  }
}

/** Of byWords: the number of the text, and for each language its words in it, all and different ones. */
let texts = 0;
const hits = new Uint16Array(NAMES.length);
const different = new Uint16Array(NAMES.length);

const SCRIPTS: readonly (readonly [string, number, number])[] = [
  ['Greek', 0x370, 0x3ff],
  ['Cyrillic', 0x400, 0x52f],
  ['Armenian', 0x531, 0x58f],
  ['Hebrew', 0x5d0, 0x5f4],
  ['Arabic', 0x620, 0x6ff],
  ['Devanagari', 0x900, 0x97f],
  ['Bengali', 0x980, 0x9ff],
  ['Gurmukhi', 0xa00, 0xa7f],
  ['Gujarati', 0xa80, 0xaff],
  ['Tamil', 0xb80, 0xbff],
  ['Telugu', 0xc00, 0xc7f],
  ['Kannada', 0xc80, 0xcff],
  ['Malayalam', 0xd00, 0xd7f],
  ['Thai', 0xe00, 0xe7f],
  ['Georgian', 0x10a0, 0x10ff],
  ['Ethiopic', 0x1200, 0x139f],
  ['Khmer', 0x1780, 0x17ff],
  ['Japanese', 0x3040, 0x30ff],
  ['Chinese', 0x4e00, 0x9fff],
  ['Korean', 0xac00, 0xd7a3],
];

/** More is not looked at. */
const LOOKED_AT = 500;
/** Letters of a script that tell it, and words that tell a language: short texts are anything. */
const FEWEST_LETTERS = 15;
const FEWEST_WORDS = 10;
/** Different function words a language must show, its share of all words, and how far it must lead. */
const FEWEST_DIFFERENT = 4;
const LEAST_SHARE = 0.2;
const LEAST_LEAD = 1.5;
/** A text with more of these signs than this share is code. */
const CODE_SHARE = 0.05;

/** 1 for Latin letters below the first combining mark, and for the signs that code is full of. */
const LATIN = Uint8Array.from({ length: 0x250 }, (_, c) =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 0xc0 && c !== 0xd7 && c !== 0xf7) ? 1 : 0,
);
const SIGN = 1 << 16;
/** Of each such character 1 where it is a letter and SIGN where it is such a sign, so that one sum counts both. */
const COUNTED = Int32Array.from(LATIN, (letter, c) =>
  '{}()[];=<>_$\\|'.includes(String.fromCharCode(c)) ? SIGN : letter,
);

/** The language, or where a script has several, the script: `French`, `Cyrillic`. Undefined for short texts, code, and where it is not sure. */
export function languageOf(text: string): string | undefined {
  const seen = text.length > LOOKED_AT ? text.slice(0, LOOKED_AT) : text;
  const scripts = new Map<string, number>();
  let counted = 0;
  let composed = true;
  for (let i = 0; i < seen.length; i++) {
    const c = seen.charCodeAt(i);
    if (c < COUNTED.length) {
      counted += COUNTED[c]!;
      continue;
    }
    composed = false;
    if (c >= 0x1e00 && c <= 0x1eff) counted++;
    else {
      const script = SCRIPTS.find(([, first, last]) => c >= first && c <= last)?.[0];
      if (script !== undefined) scripts.set(script, (scripts.get(script) ?? 0) + 1);
    }
  }
  const latin = counted % SIGN;
  if (counted >= (Math.floor(seen.length * CODE_SHARE) + 1) * SIGN) return undefined;
  if (scripts.size > 0) return byScript(scripts, latin);
  return latin < FEWEST_LETTERS ? undefined : byWords(composed ? seen : seen.normalize('NFC'));
}

/** A script that most letters are of. Japanese is written with Chinese characters as well. */
function byScript(scripts: Map<string, number>, latin: number): string | undefined {
  const kana = scripts.get('Japanese');
  if (kana !== undefined) {
    scripts.set('Japanese', kana + (scripts.get('Chinese') ?? 0));
    scripts.delete('Chinese');
  }
  const [name, letters] = [...scripts].reduce((best, one) => (one[1] > best[1] ? one : best));
  const all = [...scripts.values()].reduce((sum, count) => sum + count, latin);
  return letters >= FEWEST_LETTERS && letters > all / 2 ? name : undefined;
}

/** @param text in form C */
function byWords(text: string): string | undefined {
  texts++;
  hits.fill(0);
  different.fill(0);
  let words = 0;
  const lower = text.toLowerCase();
  for (let from = 0; from < lower.length;) {
    let to = from;
    let hash = 0;
    // wordEnd, spelt out for most letters: the hash comes along.
    for (let c = 0; to < lower.length && LETTERS[(c = lower.charCodeAt(to))] === 1; to++) hash = mixed(hash, c);
    if (lower.charCodeAt(to) >= LETTERS.length) {
      to = wordEnd(lower, to);
      hash = hashOf(lower.slice(from, to));
    }
    if (to > from) {
      words++;
      countWord(WORDS[slotOf(lower, from, to, hash)]);
    }
    from = to + 1;
  }
  if (words < FEWEST_WORDS) return undefined;
  let best = 0;
  for (let i = 1; i < hits.length; i++) if (hits[i]! > hits[best]!) best = i;
  let next = 0;
  for (let i = 0; i < hits.length; i++) if (i !== best && hits[i]! > next) next = hits[i]!;
  const sure =
    different[best]! >= FEWEST_DIFFERENT && hits[best]! >= words * LEAST_SHARE && hits[best]! >= next * LEAST_LEAD;
  return sure ? NAMES[best] : undefined;
}

function countWord(word: FunctionWord | undefined): void {
  if (word === undefined) return;
  const first = word.seen !== texts;
  word.seen = texts;
  for (const language of word.languages) {
    hits[language]!++;
    if (first) different[language]!++;
  }
}

const LETTER = /[\p{L}\p{M}’']/u;
/** 1 for the letters of the first so many code units: asked of a table, since most of a text is of them. */
const LETTERS = Uint8Array.from({ length: 0x2020 }, (_, c) => (LETTER.test(String.fromCharCode(c)) ? 1 : 0));

/** Where the run of letters, marks and apostrophes ends that begins at `from`; `from` where none does. */
function wordEnd(text: string, from: number): number {
  let to = from;
  for (; to < text.length; to++) {
    const c = text.charCodeAt(to);
    if (c < LETTERS.length) {
      if (LETTERS[c] === 1) continue;
      break;
    }
    const character = String.fromCodePoint(text.codePointAt(to)!);
    if (!LETTER.test(character)) break;
    to += character.length - 1;
  }
  return to;
}

const NAMED = new RegExp(
  `translat|traduc|tradui|übersetz|vertal|\\b(?:${[...NAMES, 'Pidgin', 'Latin', 'Arabic', 'Chinese', 'Mandarin', 'Japanese', 'Korean', 'Hindi', 'Russian', 'Ukrainian', 'Greek', 'Hebrew', 'Thai', 'Bengali', 'Tamil', 'Urdu', 'Persian', 'français', 'español', 'português', 'italiano', 'deutsch', 'anglais', 'inglés', 'englisch'].join('|')})\\b`,
  'i',
);

/** Whether a text speaks of a language, as one that asks for a translation does. */
export function namesLanguage(text: string): boolean {
  return NAMED.test(text);
}
