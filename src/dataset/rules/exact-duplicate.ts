import { HashedPairs } from '../near/hashed-pairs';
import { crossRule } from '../rule';
import { hashTexts, type TextHash } from '../near/text-hash';

/** The same question with the same answer, but for case and white space, stands in the file already. */
export const exactDuplicate = crossRule<TextHash>({
  id: 'exact-duplicate',
  severity: 'warning',
  digest({ example: { value, history = [], tools = '', turns } }) {
    const texts = [value.question, value.answer];
    for (const { role, content } of history) texts.push(role, content);
    // What was called before the answer makes another conversation of the same question.
    if (turns !== undefined) texts.push(tools, JSON.stringify(turns));
    return hashTexts(texts);
  },
  keys({ low }, visit) {
    visit(low);
  },
  start() {
    const seen = new HashedPairs();
    return {
      add(hash, { file, line, column }, report) {
        const twin = seen.put(hash, line, column);
        if (twin === undefined) return;
        report({
          rule: 'exact-duplicate',
          message: `the same question and answer are already on line ${twin[0]} - delete one of them`,
          related: [{ file, line: twin[0], column: twin[1] }],
        });
      },
    };
  },
});
