import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseInline, parseMarkdown, type Block, type Inline } from './markdown';

/** A short way to write down what was found. */
function inline(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return part.text;
        case 'code':
          return `<code ${part.text}>`;
        case 'break':
          return '<br>';
        case 'link':
          return `<link ${inline(part.text)} ${part.address}>`;
        default:
          return `<${part.kind} ${inline(part.text)}>`;
      }
    })
    .join('');
}

function outline(blocks: readonly Block[]): unknown[] {
  return blocks.map((block) => {
    switch (block.kind) {
      case 'paragraph':
        return inline(block.text);
      case 'heading':
        return [`h${block.level}`, inline(block.text)];
      case 'code':
        return ['code', block.language, block.text];
      case 'list':
        return [block.start ?? '-', ...block.items.map(outline)];
      case 'quote':
        return ['>', ...outline(block.blocks)];
      case 'rule':
        return ['rule'];
    }
  });
}

const blocks = (text: string): unknown[] => outline(parseMarkdown(text));
const line = (text: string): string => inline(parseInline(text));

describe('blocks of Markdown', () => {
  it('are paragraphs, headings and rules', () => {
    assert.deepEqual(blocks('# One\ntext\nmore\n\nlast\n\n---\n### Two ##'), [
      ['h1', 'One'],
      'text more',
      'last',
      ['rule'],
      ['h3', 'Two'],
    ]);
    assert.deepEqual(blocks('#hashtag\n####### seven'), ['#hashtag ####### seven']);
  });

  it('are headings whatever stands around their text, blanks by the ten thousand too', () => {
    const blanks = ' '.repeat(40_000);
    assert.deepEqual(blocks(`# a${blanks}b`), [['h1', `a${blanks}b`]]);
    assert.deepEqual(blocks(`#${blanks}a${blanks}##${blanks}`), [['h1', 'a']]);
    assert.deepEqual(blocks('# C#\n# #'), [
      ['h1', 'C#'],
      ['h1', ''],
    ]);
    assert.deepEqual(blocks(`\`\`\`${blanks}\`x`).length, 1);
    assert.deepEqual(blocks(`\`${blanks}x\``).length, 1);
  });

  it('are lists, with what stands in their items', () => {
    assert.deepEqual(blocks('Bring:\n- the form\n- the **fee**\n\nThen wait.'), [
      'Bring:',
      ['-', ['the form'], ['the <strong fee>']],
      'Then wait.',
    ]);
    assert.deepEqual(blocks('3. a\n4. b\n\n5. c'), [[3, ['a'], ['b'], ['c']]]);
    assert.deepEqual(blocks('1. a\n   - b\n   - c\n2. d\nlazy'), [[1, ['a', ['-', ['b'], ['c']]], ['d lazy']]]);
    assert.deepEqual(blocks('- a\n\n  second\n- b\n1. other'), [
      ['-', ['a', 'second'], ['b']],
      [1, ['other']],
    ]);
  });

  it('are code, to the end where it is not closed yet', () => {
    assert.deepEqual(blocks('```ts\nlet a = "<b>";\n\n  // *\n```\nafter'), [
      ['code', 'ts', 'let a = "<b>";\n\n  // *'],
      'after',
    ]);
    assert.deepEqual(blocks('so:\n~~~\na\n```'), ['so:', ['code', '', 'a\n```']]);
    assert.deepEqual(blocks('- a\n  ```\n  x\n  ```'), [['-', ['a', ['code', '', 'x']]]]);
  });

  it('are quotes', () => {
    assert.deepEqual(blocks('> a\n> - b\n\nc'), [['>', 'a', ['-', ['b']]], 'c']);
  });

  it('end at a depth that no text needs', () => {
    assert.equal(blocks('> '.repeat(10_000) + 'a').length, 1);
    assert.equal(blocks('- '.repeat(10_000) + 'a').length, 1);
  });
});

describe('a paragraph of Markdown', () => {
  it('has emphasis', () => {
    assert.equal(line('a *b* **c** _d_ __e__'), 'a <emphasis b> <strong c> <emphasis d> <strong e>');
    assert.equal(line('***both***'), '<strong <emphasis both>>');
    assert.equal(line('**a *b* c**'), '<strong a <emphasis b> c>');
    assert.equal(line('2 * 3 * 4, snake_case_name, 5*'), '2 * 3 * 4, snake_case_name, 5*');
    assert.equal(line('**not closed yet'), '**not closed yet');
  });

  it('has code, in which nothing else is read', () => {
    assert.equal(line('`*a*` and ``b ` c``'), '<code *a*> and <code b ` c>');
    assert.equal(line('`open *b*'), '`open <emphasis b>');
  });

  it('has links as text and address, whatever their scheme', () => {
    assert.equal(line('[the *site*](https://a.ng/b "t")'), '<link the <emphasis site> https://a.ng/b>');
    assert.equal(line('![x](javascript:y)'), '<link x javascript:y>');
    assert.equal(line('[not a link] (a)'), '[not a link] (a)');
  });

  it('keeps HTML as text', () => {
    assert.equal(line('<img src=x onerror=y> &amp;'), '<img src=x onerror=y> &amp;');
  });

  it('takes escapes and hard line ends', () => {
    assert.equal(line('\\*a\\* \\q'), '*a* \\q');
    assert.equal(line('a  \nb\\\nc\nd'), 'a<br>b<br>c d');
  });

  it('keeps marks that have no partner', () => {
    for (const mark of ['[', '![', ' *a', ' **a', ' _a', '`']) {
      assert.equal(line(mark.repeat(20_000)), mark.repeat(20_000));
    }
  });
});
