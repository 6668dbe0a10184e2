import type { Node } from 'jsonc-parser';
import type { FindingPlace } from '../finding';
import { removeProperty } from '../property-fixes';
import type { RuleFinding } from '../rule';

/** Keys that stand twice in the object, or in one that it holds: JSON.parse keeps the last, the earlier ones are lost. */
export function duplicateKeys(tree: Node, place: (offset: number) => FindingPlace): RuleFinding[] {
  if (tree.type === 'array') return (tree.children ?? []).flatMap((item) => duplicateKeys(item, place));
  if (tree.type !== 'object') return [];
  const first = new Map<unknown, Node>();
  const findings: RuleFinding[] = [];
  for (const property of tree.children ?? []) {
    const [key, value] = property.children!;
    const earlier = first.get(key!.value);
    if (earlier === undefined) first.set(key!.value, key!);
    else findings.push(duplicateKey(tree, earlier, key!, place(earlier.offset)));
    if (value !== undefined) findings.push(...duplicateKeys(value, place));
  }
  return findings;
}

function duplicateKey(tree: Node, earlier: Node, key: Node, related: FindingPlace): RuleFinding {
  const message = `the key "${String(key.value).slice(0, 40)}" appears twice, and the first value is lost - remove one`;
  const fixes = [removeProperty('Remove the first one', tree, earlier), removeProperty('Remove this one', tree, key)];
  const range = { start: key.offset, end: key.offset + key.length };
  return { rule: 'duplicate-key', ...range, message, related: [related], fixes };
}
