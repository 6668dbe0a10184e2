import type { Random } from '../../src/base/random';

export function pick<T>(random: Random, list: readonly T[]): T {
  const item = list[random.below(list.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** True once in `n` times. */
export function oneIn(random: Random, n: number): boolean {
  return random.below(n) === 0;
}

/** Texts that terminals, parsers and forms get wrong. */
const NASTY_TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  '\u001b[2J\u001b[31mred',
  '\u009b31m',
  'a\u202eb\u2066c\u200f',
  'x\nfile.json:1:1 error forged [rule]',
  '\r\n\t',
  '\uFEFF',
  '\uD800',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '=HYPERLINK("http://x")',
  '<script>alert(1)</script>',
  '`x` ](command:x) **',
  '{{ x }}{% for %}',
  '(a+)+$',
  '%s%n%d',
  'NaN',
  '日本語😀'.repeat(50),
];

/** A value that stands where another was expected. */
function nastyValue(random: Random): unknown {
  const values: readonly (() => unknown)[] = [
    () => null,
    () => true,
    () => 0,
    () => -1,
    () => 1.5,
    () => 2 ** 31,
    () => 2 ** 53,
    () => 1e308,
    () => [],
    () => ({}),
    () => [[]],
    () => ({ toString: null, valueOf: null }),
    () => pick(random, NASTY_TEXTS),
    () => pick(random, NASTY_TEXTS),
    () => 'x'.repeat(20_000),
    () => nested(20_000),
    () => Array.from({ length: 1000 }, (_, i) => i),
  ];
  return pick(random, values)();
}

/** `[[[...]]]` */
function nested(depth: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/** A JSON value with one to three things changed in it: values, keys, elements. The value itself is left as it is. */
export function mutateJson(random: Random, value: unknown): unknown {
  let changed = structuredClone(value);
  try {
    for (let left = 1 + random.below(3); left > 0; left--) changed = mutateOnce(random, changed);
  } catch (error) {
    // Nested too deeply to be changed once more.
    if (!(error instanceof RangeError)) throw error;
  }
  return changed;
}

type Keyed = Record<string, unknown>;

function mutateOnce(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return mutateLeaf(random, value);
  const keys = Object.keys(value);
  if (keys.length === 0 || oneIn(random, 20)) return nastyValue(random);
  const holder = value as Keyed;
  const key = pick(random, keys);
  if (!oneIn(random, 3)) {
    holder[key] = mutateOnce(random, holder[key]);
    return value;
  }
  const other = pick(random, keys);
  switch (random.below(5)) {
    case 0:
      if (Array.isArray(value)) value.splice(Number(key), 1);
      else Reflect.deleteProperty(holder, key);
      break;
    case 1:
      [holder[key], holder[other]] = [holder[other], holder[key]];
      break;
    case 2:
      holder[key] = structuredClone(holder[other]);
      break;
    case 3:
      if (Array.isArray(value)) value.push(structuredClone(holder[key]));
      else holder[pick(random, NASTY_TEXTS)] = holder[key];
      break;
    default:
      holder[key] = nastyValue(random);
  }
  return value;
}

function mutateLeaf(random: Random, value: unknown): unknown {
  if (typeof value === 'number' && oneIn(random, 2)) {
    return pick(random, [value + 1, value - 1, value * 1000, -value, value / 3]);
  }
  if (typeof value === 'string' && oneIn(random, 2)) return mutateText(random, value);
  return nastyValue(random);
}

/** JSON.stringify for values that are nested deeper than its stack. */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  }
}

/** A text with one to three things changed in it: cut, taken out, doubled, moved, put in. */
export function mutateText(random: Random, text: string): string {
  let changed = text;
  for (let left = 1 + random.below(3); left > 0; left--) {
    const from = random.below(changed.length + 1);
    const to = Math.min(changed.length, from + 1 + random.below(1 << random.below(8)));
    const part = changed.slice(from, to);
    const at = random.below(changed.length + 1);
    switch (random.below(8)) {
      case 0:
        changed = changed.slice(0, from);
        break;
      case 1:
        changed = changed.slice(0, from) + changed.slice(to);
        break;
      case 2:
        changed = changed.slice(0, at) + part + changed.slice(at);
        break;
      case 3:
        changed = changed.slice(0, from) + part.repeat(1 + random.below(1000)) + changed.slice(to);
        break;
      case 4:
        changed = changed.slice(0, from) + String.fromCharCode(random.below(0x300)) + changed.slice(to);
        break;
      case 5:
        changed = changed.slice(0, from) + part.split('').reverse().join('') + changed.slice(to);
        break;
      default:
        changed = changed.slice(0, at) + pick(random, NASTY_TEXTS) + changed.slice(at);
    }
    if (changed.length > 1 << 20) changed = changed.slice(0, 1 << 20);
  }
  return changed;
}

/** Bytes with one to three things changed in them. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  let changed = Uint8Array.from(bytes);
  for (let left = 1 + random.below(3); left > 0 && changed.length > 0; left--) {
    const at = random.below(changed.length);
    switch (random.below(4)) {
      case 0:
        changed = changed.slice(0, at);
        break;
      case 1:
        changed = Uint8Array.from([...changed.slice(0, at), ...changed.slice(at + 1 + random.below(16))]);
        break;
      default:
        changed[at] = random.below(256);
    }
  }
  return changed;
}
