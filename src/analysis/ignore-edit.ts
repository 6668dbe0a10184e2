import { parseTree } from 'jsonc-parser';
import type { TextEdit } from '../dataset/finding';
import { IGNORE_KEY } from '../dataset/ignored-rules';

/**
 * The edit that makes an example be ignored by a rule; offsets are within the source. Undefined where the source is no object.
 * @param source the example's JSON as it stands in the file
 */
export function ignoreEdit(source: string, rule: string): TextEdit | undefined {
  const tree = parseTree(source);
  if (tree?.type !== 'object') return undefined;
  const present = tree.children?.find((property) => property.children?.[0]?.value === IGNORE_KEY)?.children?.[1];
  if (present !== undefined) {
    const text = JSON.stringify(`${String(present.value)}, ${rule}`);
    return { start: present.offset, end: present.offset + present.length, text };
  }
  const key = `${JSON.stringify(IGNORE_KEY)}: ${JSON.stringify(rule)}`;
  const last = tree.children?.at(-1);
  const first = tree.children?.[0];
  if (last === undefined || first === undefined) return { start: 1, end: 1, text: key };
  // As the keys before it stand: on a line of its own with their indentation, or on the same line.
  const lead = /^\{(\s*)/.exec(source)![1]!;
  const gap = lead.includes('\n') ? lead : ' ';
  const end = last.offset + last.length;
  return { start: end, end, text: `,${gap}${key}` };
}
