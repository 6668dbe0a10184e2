import { shown, sourceMatches, textRule, type TextProblem } from './text-rule';

/** A list of Python's or JSON's, as a program prints it: `['1914']`, `["a", "b"]`. */
const LIST =
  /^\s*\[\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(?:,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*)*(?:,\s*)?\]\s*$/;

/** The answer is a list of texts that a program wrote as one text: the model would learn the brackets and quotes. */
export const listAsText = textRule(
  'list-as-text',
  'warning',
  sourceMatches(/\[\s*(?:'|\\?"|"")/),
  function* ({ role, value }, { example }): Generator<TextProblem> {
    if (role !== 'answer' || !value.trimStart().startsWith('[') || !LIST.test(value)) return;
    // Of a question that asks for such a list it is the answer.
    if (/\b(?:list|array|json|python)\b/i.test(example.value.question)) return;
    const from = value.length - value.trimStart().length;
    const message = `${shown(value.trim())} is a list written as text by a program - write the answer itself`;
    yield { from, to: value.trimEnd().length, message };
  },
);
