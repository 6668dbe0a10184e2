import { createScanner } from 'jsonc-parser';

/** jsonc-parser's enum of tokens is `const` and cannot be imported into isolated modules. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 } as const;
const CLOSES: Readonly<Record<number, number>> = {
  [TOKEN.closeBrace]: TOKEN.openBrace,
  [TOKEN.closeBracket]: TOKEN.openBracket,
};

const MAX_DEPTH = 32;

/**
 * The offset of the first bracket that is nested too deeply for a configuration; undefined where none is. To be asked before jsonc-parser
 * reads a text: it goes as deep as the text, and overflows the stack. As it does, a closing bracket of the other kind is passed over.
 */
export function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  const open: number[] = [];
  for (;;) {
    const token: number = scanner.scan();
    if (token === TOKEN.end) return undefined;
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) open.push(token);
    else if (CLOSES[token] !== undefined && CLOSES[token] === open.at(-1)) open.pop();
    if (open.length > MAX_DEPTH) return scanner.getTokenOffset();
  }
}
