import { parseMarkdown, type Block, type Inline } from '../../../src/messages/markdown';
import type { FuzzKind } from '../kind';
import { mutateText, oneIn, pick } from '../mutations';

const SEEDS: readonly string[] = [
  '# Title\n\nA **bold** and *soft* `code` [link](https://example.org) <b>not HTML</b>.\n\n- one\n  - two\n    1. three\n\n> quote\n> > deeper\n\n```js\nlet x = 1;\n```\n\n---\n',
  '1. a\n2. b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nline one  \nline two\\\nline three',
  '***a** b* _c_ __d__ ~~e~~ [a][b] ![c](d) <javascript:alert(1)> [x](javascript:alert(1)) [y](command:z)',
];

const PIECES: readonly string[] = [
  '>',
  '> ',
  '- ',
  '    ',
  '*',
  '**',
  '_',
  '`',
  '```\n',
  '[',
  '](',
  '<',
  '\n',
  '#',
  '1. ',
  '\\',
  '| ',
];

/** What a model wrote, as the chat reads it. */
export const chatMarkdown: FuzzKind = {
  name: 'chat-markdown',
  run(fuzz) {
    const { random } = fuzz;
    let text = pick(random, SEEDS);
    if (oneIn(random, 2)) text = pick(random, PIECES).repeat(1 << random.below(16)) + text;
    if (oneIn(random, 2)) text += Array.from({ length: random.below(3000) }, () => pick(random, PIECES)).join('');
    text = mutateText(random, text);
    const shown = parseMarkdown(text);
    const said = shown.map(textOf).join('');
    // Whatever is marked up, no word may be lost: the words of a text without marks are the words that are shown.
    const words = (from: string): string => from.replace(/[^\p{L}]/gu, '');
    if (oneIn(random, 2)) return;
    const plain = words(text);
    const whole = parseMarkdown(plain).map(textOf).join('');
    if (words(whole) !== plain) fuzz.problem(`words of a plain text are lost: ${JSON.stringify(plain.slice(0, 200))}`);
    if (said.length > 4 * text.length + 1000) fuzz.problem(`${text.length} characters become ${said.length}`);
  },
};

function textOf(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return block.text.map(inlineText).join('');
    case 'code':
      return block.text;
    case 'list':
      return block.items.flat().map(textOf).join('');
    case 'quote':
      return block.blocks.map(textOf).join('');
    case 'rule':
      return '';
  }
}

function inlineText(part: Inline): string {
  switch (part.kind) {
    case 'text':
    case 'code':
      return part.text;
    case 'strong':
    case 'emphasis':
      return part.text.map(inlineText).join('');
    case 'link':
      return part.text.map(inlineText).join('') + part.address;
    case 'break':
      return '\n';
  }
}
