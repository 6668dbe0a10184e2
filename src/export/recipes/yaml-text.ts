import type { RecipeSettings, RecipeValue } from './recipe';

/**
 * A YAML mapping, a line a key. What is nested is written as JSON, which is YAML too. Numbers are written so that readers of YAML 1.1 take
 * them for numbers: PyYAML reads `1e-8` as a text, and `1.0e-8` as a number.
 */
export function yamlText(settings: RecipeSettings): string {
  const lines = Object.entries(settings).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}: ${flow(value)}\n`],
  );
  return lines.join('');
}

function flow(value: RecipeValue): string {
  if (typeof value === 'number') return numberText(value);
  if (isList(value)) return `[${value.map(flow).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${flow(inner)}`);
    return `{${entries.join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** `Array.isArray` does not tell the readonly ones apart. */
function isList(value: RecipeValue): value is readonly RecipeValue[] {
  return Array.isArray(value);
}

function numberText(value: number): string {
  const text = String(value);
  return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text;
}
