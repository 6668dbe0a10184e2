/**
 * Schemas are written once, in TypeScript; the type of what they describe and the file in schemas/ both come from that.
 * Only the keywords used here are understood.
 */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly const?: string | number;
  readonly enum?: readonly (string | boolean)[];
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';

/** The type a schema (written `as const`) describes. Properties that are not in `required` are optional. */
export type FromSchema<S> = S extends { readonly const: infer C }
  ? C
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly oneOf: readonly (infer O)[] }
      ? OneOf<O>
      : S extends { readonly type: readonly (infer T)[] }
        ? OfType<T, S>
        : S extends { readonly type: infer T }
          ? OfType<T, S>
          : unknown;

type OneOf<O> = O extends unknown ? FromSchema<O> : never;

type OfType<T, S> = T extends 'string'
  ? string
  : T extends 'number' | 'integer'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends 'null'
        ? null
        : T extends 'array'
          ? S extends { readonly items: infer I }
            ? readonly FromSchema<I>[]
            : readonly unknown[]
          : T extends 'object'
            ? ObjectOf<S>
            : never;

type ObjectOf<S> = S extends { readonly properties: infer P }
  ? {
      readonly [K in keyof P as K extends RequiredOf<S> ? K : never]: FromSchema<P[K]>;
    } & {
      readonly [K in keyof P as K extends RequiredOf<S> ? never : K]?: FromSchema<P[K]>;
    }
  : S extends { readonly additionalProperties: infer V }
    ? Readonly<Record<string, FromSchema<V>>>
    : Readonly<Record<string, unknown>>;

type RequiredOf<S> = S extends { readonly required: readonly (infer R)[] } ? R : never;

/** The text of the file in schemas/, laid out as the formatter of this project lays it out: lists that fit stand on one line. */
export function schemaFileText(schema: JsonSchema): string {
  return `${layOut(schema, '', 0)}\n`;
}

const LINE_WIDTH = 120;

/** @param before columns taken on the line by what stands before the value, beyond the indentation */
function layOut(value: unknown, indent: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const flat = flatList(value);
    // One column for the comma after it.
    if (flat !== undefined && indent.length + before + flat.length + 1 <= LINE_WIDTH) return flat;
    return `[\n${value.map((item) => inner + layOut(item, inner, 0)).join(',\n')}\n${indent}]`;
  }
  const lines = Object.entries(value as Record<string, unknown>).map(([key, item]) => {
    const label = `${JSON.stringify(key)}: `;
    return `${inner}${label}${layOut(item, inner, label.length)}`;
  });
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n${indent}}`;
}

/** A list on one line; undefined where it holds an object, or several lists of several things each. */
function flatList(list: readonly unknown[]): string | undefined {
  if (list.length > 1 && list.every((item) => Array.isArray(item) && item.length > 1)) return undefined;
  const items = list.map((item) => {
    if (Array.isArray(item)) return flatList(item);
    return typeof item === 'object' && item !== null ? undefined : JSON.stringify(item);
  });
  return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
}
