/** What a value must look like. Types are derived from shapes, so that neither is written twice. No code generation: webviews forbid it. */
export interface Shape<T> {
  /** @returns why `value` does not fit, with the path to it; undefined where it fits */
  problem(value: unknown, path: string): string | undefined;
  /** Never set: carries the type. */
  readonly type?: T;
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never;

export type Fields = Readonly<Record<string, Shape<unknown>>>;

function primitive<T>(name: string, fits: (value: unknown) => boolean): Shape<T> {
  return { problem: (value, path) => (fits(value) ? undefined : `${path} is no ${name}`) };
}

export const text = primitive<string>('text', (value) => typeof value === 'string');
export const flag = primitive<boolean>('truth value', (value) => typeof value === 'boolean');
/** A whole number from 0. */
export const count = primitive<number>(
  'whole number from 0',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
);

export const number = primitive<number>('finite number', (value) => Number.isFinite(value));
/** A column of numbers, NaN where one is missing. Checked as a whole: its items can be nothing else. */
export const numbers = primitive<Float64Array>('column of numbers', (value) => value instanceof Float64Array);
export const bytes = primitive<Uint8Array>('row of bytes', (value) => value instanceof Uint8Array);

/** Whatever it is: checked where more is known. */
export const anything = primitive<unknown>('value', () => true);
/** No value, where there is nothing to say. */
export const nothing = primitive<undefined>('missing value', (value) => value === undefined);

export function oneOf<const T extends readonly string[]>(...choices: T): Shape<T[number]> {
  return primitive(`one of ${choices.join(', ')}`, (value) => typeof value === 'string' && choices.includes(value));
}

export function maybe<T>(shape: Shape<T>): Shape<T | undefined> {
  return { problem: (value, path) => (value === undefined ? undefined : shape.problem(value, path)) };
}

export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return {
    problem(value, path) {
      if (!Array.isArray(value)) return `${path} is no list`;
      for (const [index, item] of value.entries()) {
        const problem = shape.problem(item, `${path}[${index}]`);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  };
}

/** An object with these fields and no others. */
export function record<F extends Fields>(fields: F): Shape<{ readonly [K in keyof F]: TypeOf<F[K]> }> {
  return {
    problem(value, path) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${path} is no object`;
      const given = value as Readonly<Record<string, unknown>>;
      const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
      if (unknown !== undefined) return `${path}.${unknown} is unknown`;
      for (const [key, shape] of Object.entries(fields)) {
        const problem = shape.problem(given[key], `${path}.${key}`);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  };
}

/** A union of messages that `type` tells apart; each may have further fields. */
export type MessageOf<M extends Readonly<Record<string, Fields>>> = {
  [K in keyof M]: { readonly type: K } & { readonly [F in keyof M[K]]: TypeOf<M[K][F]> };
}[keyof M];

export function messages<M extends Readonly<Record<string, Fields>>>(kinds: M): Shape<MessageOf<M>> {
  const shapes = new Map(
    Object.entries(kinds).map(([type, fields]) => [type, record({ type: text, ...fields })] as const),
  );
  return {
    problem(value, path) {
      const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
      if (typeof type !== 'string') return `${path} has no type`;
      return (
        shapes.get(type)?.problem(value, path) ??
        (shapes.has(type) ? undefined : `${path} has the unknown type ${type}`)
      );
    },
  };
}

/** @returns the message, or undefined after `refuse` was told why it is none */
export function accept<T>(shape: Shape<T>, value: unknown, refuse: (reason: string) => void): T | undefined {
  const problem = shape.problem(value, 'message');
  if (problem === undefined) return value as T;
  refuse(problem);
  return undefined;
}
