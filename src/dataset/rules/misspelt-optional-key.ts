import type { ExampleRule } from '../rule';
import { endOf, OPTIONAL_KEYS, renamed } from '../schema';
import { nearKey } from '../formats/near-key';
import { propertyOf } from '../formats/places';

/** A further key that is one slip away from an optional key of the schema, which the example lacks. */
export const misspeltOptionalKey: ExampleRule = {
  id: 'misspelt-key',
  severity: 'warning',
  check({ example, tree }, report) {
    for (const key in example.value) {
      if (key === 'question' || key === 'answer') continue;
      if (OPTIONAL_KEYS.includes(key)) continue;
      const wanted = nearKey(
        key,
        OPTIONAL_KEYS.filter((name) => !(name in example.value)),
      );
      if (wanted === undefined) continue;
      const node = propertyOf(tree(), key)?.children![0];
      // It stands under another name, or within another object.
      if (node === undefined) continue;
      const message = `the key "${key}" is not known - did you mean "${wanted}"?`;
      report({ rule: 'misspelt-key', start: node.offset, end: endOf(node), message, fixes: [renamed(node, wanted)] });
    }
  },
};
