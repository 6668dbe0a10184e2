import { parseMarkdown, type Block, type Inline } from '../../src/messages/markdown';
import { element } from '../shared/dom';

/** What a model wrote, as nodes; whatever it wrote, it is text: no HTML, and links are their address. */
export function markdownNodes(text: string): Node[] {
  return parseMarkdown(text).map(blockNode);
}

function blockNode(block: Block): HTMLElement {
  switch (block.kind) {
    case 'paragraph':
      return element('p', {}, ...inlineNodes(block.text));
    case 'heading':
      // Below the view's own headings.
      return element(`h${Math.min(6, block.level + 2)}`, {}, ...inlineNodes(block.text));
    case 'code':
      return element(
        'pre',
        { tabindex: '0', 'aria-label': block.language === '' ? 'Code' : `Code, ${block.language}` },
        element('code', {}, block.text),
      );
    case 'list': {
      const items = block.items.map((item) => element('li', {}, ...item.map(blockNode)));
      return block.start === undefined
        ? element('ul', {}, ...items)
        : element('ol', { start: String(block.start) }, ...items);
    }
    case 'quote':
      return element('blockquote', {}, ...block.blocks.map(blockNode));
    case 'rule':
      return element('hr');
  }
}

function inlineNodes(parts: readonly Inline[]): (Node | string)[] {
  return parts.flatMap((part): (Node | string)[] => {
    switch (part.kind) {
      case 'text':
        return [part.text];
      case 'code':
        return [element('code', {}, part.text)];
      case 'strong':
        return [element('strong', {}, ...inlineNodes(part.text))];
      case 'emphasis':
        return [element('em', {}, ...inlineNodes(part.text))];
      case 'link': {
        const text = inlineNodes(part.text);
        if (part.address === '' || (text.length === 1 && text[0] === part.address)) return text;
        return [...text, element('span', { class: 'address' }, ` (${part.address})`)];
      }
      case 'break':
        return [element('br')];
    }
  });
}
