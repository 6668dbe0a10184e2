import type { Random } from '../../src/base/random';
import { PEOPLE, TABLES, WORDS } from './words';

/** One line per frame; blank lines are left out. */
export function frames(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** An amount in naira with its thousands marked, for example ₦12,500. */
export function naira(amount: number): string {
  return `₦${String(amount).replace(/\B(?=(\d{3})+$)/g, ',')}`;
}

const CONSONANT_SOUND = /^(?:u(?:ni|se|til|tme)|one\b|once\b|eu)/i;
const VOWEL_SOUND = /^(?:[aeiou]|hour|honest|(?:NYSC|NHIA|FRSC|HMO|SMS|MTN|LGA|NPF|NCC|SON)\b)/i;

function joinArticles(text: string): string {
  return text.replace(/\b([Aa])~ (?=(\S+))/g, (_, a: string, next: string) =>
    VOWEL_SOUND.test(next) && !CONSONANT_SOUND.test(next) ? `${a}n ` : `${a} `,
  );
}

function capitalise(text: string): string {
  return text.replace(/(^|(?<!\b[ap]\.m)[.!?]"? )("?)([a-z])/g, (_, before: string, quote: string, letter: string) => {
    return before + quote + letter.toUpperCase();
  });
}

/**
 * One text's facts and the writer of its sentences. A frame holds `[a|b]` (one of these, nested as wished, may be empty), `{name}` (a
 * bound fact, or a word of the list of that name, which stays bound, so that the text keeps to its entities; `{name2}` is another
 * word of the same list), `{?name}` (only where the fact is not empty), `{money:low-high-step}`, `{num:low-high}` and `a~` (a or an).
 */
export class Scene {
  private readonly facts = new Map<string, string>();

  constructor(readonly random: Random) {
    const [p, q] = this.sample(PEOPLE, 2);
    this.bindPerson('', p!);
    this.bindPerson('2', q!);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)]!;
  }

  sample<T>(list: readonly T[], count: number): T[] {
    return this.random.shuffle([...list]).slice(0, count);
  }

  chance(probability: number): boolean {
    return this.random.nextFloat() < probability;
  }

  bind(name: string, value: string): void {
    this.facts.set(name, value);
  }

  /** Binds each column of a random row of a table. */
  useRow(table: string): void {
    const rows = TABLES[table];
    if (rows === undefined) throw new Error(`no table ${table}`);
    for (const [name, value] of Object.entries(this.pick(rows))) this.bind(name, value);
  }

  /** One frame of those whose facts are all at hand, written out. */
  say(list: readonly string[]): string {
    const usable = list.filter((frame) => this.fits(frame));
    return usable.length === 0 ? '' : this.write(this.pick(usable));
  }

  /** A frame written out as sentences. */
  write(frame: string): string {
    const text = joinArticles(this.expand(frame).replace(/\s+/g, ' ').trim());
    return capitalise(text.replace(/ ([,.!?;])/g, '$1'));
  }

  private fits(frame: string): boolean {
    for (const [, name] of frame.matchAll(/\{\??(\w+)\}/g)) if (this.facts.get(name!) === '') return false;
    return true;
  }

  private bindPerson(suffix: string, [name, gender]: readonly [string, string]): void {
    const words = gender === 'f' ? ['she', 'her', 'her', 'herself'] : ['he', 'him', 'his', 'himself'];
    this.bind(`P${suffix}`, name);
    ['he', 'him', 'his', 'self'].forEach((role, i) => {
      this.bind(role + suffix, words[i]!);
    });
    this.bind(`kin${suffix}`, this.pick(gender === 'f' ? WORDS['woman']! : WORDS['man']!));
  }

  private expand(frame: string): string {
    let text = frame;
    for (;;) {
      const open = /\[([^[\]]*)\]/.exec(text);
      if (open === null) break;
      const choices = open[1]!.split('|');
      text = text.slice(0, open.index) + this.pick(choices) + text.slice(open.index + open[0].length);
    }
    return text.replace(/\{([^{}]*)\}/g, (_, name: string) => this.fact(name));
  }

  private fact(name: string): string {
    if (name.startsWith('?')) return '';
    const bound = this.facts.get(name);
    if (bound !== undefined) return bound;
    const number = /^(money|num):(\d+)-(\d+)(?:-(\d+))?$/.exec(name);
    if (number !== null) {
      const [low, high, step] = [Number(number[2]), Number(number[3]), Number(number[4] ?? 1)];
      const value = low + step * this.random.below(Math.floor((high - low) / step) + 1);
      return number[1] === 'money' ? naira(value) : String(value);
    }
    const base = name.replace(/\d+$/, '');
    const list = WORDS[base];
    if (list === undefined) throw new Error(`no words for {${name}}`);
    const taken = new Set(
      [...this.facts].filter(([key]) => key.replace(/\d+$/, '') === base).map(([, value]) => value),
    );
    const value = this.pick(list.filter((word) => !taken.has(word)));
    this.bind(name, value);
    return value;
  }
}
