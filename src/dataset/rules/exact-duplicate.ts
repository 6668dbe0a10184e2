import type { Rule } from '../rule';
import { HashedPlaces } from './hashed-places';

/** The same question with the same answer, but for case and white space, stands in the file already. */
export const exactDuplicate: Rule = {
  id: 'exact-duplicate',
  severity: 'warning',
  start() {
    const seen = new HashedPlaces();
    return ({ example, file, source }, report) => {
      const { value, history = [], line, column } = example;
      const texts = [value.question, value.answer];
      for (const { role, content } of history) texts.push(role, content);
      const twin = seen.put(texts, line, column);
      if (twin === undefined) return;
      report({
        rule: 'exact-duplicate',
        start: 0,
        end: source.length,
        message: `the same question and answer stand in line ${twin.line} already - delete one of them`,
        related: [{ file, ...twin }],
      });
    };
  },
};
