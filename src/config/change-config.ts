import { getNodeValue, type JSONPath } from 'jsonc-parser';
import type { Config } from './config-schema';
import { ConfigText } from './config-text';
import { removeEdit, setEdit, valueAt, type ConfigEdit } from './key-edits';
import { CONFIG_NAME } from './names';

/** New values for keys of the configuration; null takes the key out, so that its default holds. */
export type ConfigChanges = { readonly [K in keyof Config]?: Config[K] | null };

/**
 * The text of a configuration with other values. What is not changed keeps its layout, its comments and its order; a key that is
 * missing is put where the schema has it.
 *
 * @param file named in errors
 * @throws SftError where the text is not a JSON object
 */
export function changeConfigText(text: string, changes: ConfigChanges, file = CONFIG_NAME): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let plain = text.slice(mark.length);
  for (const [key, value] of Object.entries(changes)) plain = changed(plain, file, [key], value);
  return mark + plain;
}

function changed(text: string, file: string, path: JSONPath, value: unknown): string {
  const { root } = ConfigText.parse(text, file, true);
  const present = valueAt(root, path);
  if (value === null) {
    const edit = present?.parent === undefined ? undefined : removeEdit(text, present.parent);
    // A key that is given twice is taken out twice.
    return edit === undefined ? text : changed(applied(text, edit), file, path, value);
  }
  // Within an object as well, only what differs is touched.
  if (present?.type === 'object' && isObject(value)) {
    const written = (present.children ?? []).map((property) => String(property.children?.[0]?.value));
    const gone = written.filter((key) => value[key] === undefined);
    let result = text;
    for (const [key, item] of Object.entries(value)) result = changed(result, file, [...path, key], item);
    for (const key of gone) result = changed(result, file, [...path, key], null);
    return result;
  }
  if (present !== undefined && JSON.stringify(getNodeValue(present)) === JSON.stringify(value)) return text;
  const edit = setEdit(text, root, path, value);
  return edit === undefined ? text : applied(text, edit);
}

function applied(text: string, edit: ConfigEdit): string {
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
