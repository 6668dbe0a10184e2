import { whole } from '../../src/charts/numbers';
import type { Advice } from '../../src/messages/dashboard';
import { element, write } from '../shared/dom';
import { keepFocus } from '../shared/keep-focus';

const SIGNS = { error: '✕', warning: '▲', info: '●' } as const;

/** Which remedy is meant: its number within the finding's number, and what it says. */
export interface RemedyPlace {
  readonly finding: number;
  readonly remedy: number;
  readonly title: string;
}

/** What the curves say is going wrong, since when, and what to do about it. */
export class AdviceSection {
  readonly element = element('section', { class: 'advice', 'aria-label': 'Advice', hidden: '' });
  private readonly items: AdviceItem[] = [];

  constructor(private readonly onRemedy: (place: RemedyPlace) => void) {}

  show(findings: readonly Advice[]): void {
    this.element.hidden = findings.length === 0;
    while (this.items.length > findings.length) this.items.pop()!.element.remove();
    for (const [finding, advice] of findings.entries()) {
      let item = this.items[finding];
      if (item === undefined) {
        item = new AdviceItem((remedy, title) => {
          this.onRemedy({ finding, remedy, title });
        });
        this.items.push(item);
        this.element.append(item.element);
      }
      item.show(advice);
    }
  }
}

/** One finding. While a run goes on its figures change often; its buttons stay as long as their remedies do, to be clicked. */
class AdviceItem {
  readonly element = element('article');
  private readonly sign = element('span', { class: 'sign', 'aria-hidden': 'true' });
  private readonly title = element('span');
  private readonly since = element('span', { class: 'muted since' });
  private readonly message = element('p');
  private readonly remedies = element('div', { class: 'remedies' });
  private shown = '';

  constructor(private readonly onRemedy: (remedy: number, title: string) => void) {
    this.element.append(element('h3', {}, this.sign, this.title, this.since), this.message, this.remedies);
  }

  show({ severity, since, title, message, remedies }: Advice): void {
    this.element.className = severity;
    write(this.sign, SIGNS[severity]);
    write(this.title, title);
    write(this.since, `since step ${whole(since)}`);
    write(this.message, message);
    const shown = JSON.stringify(remedies);
    if (shown === this.shown) return;
    this.shown = shown;
    keepFocus(this.remedies, () => {
      this.build(remedies);
    });
  }

  private build(remedies: Advice['remedies']): void {
    const hints = remedies.filter(({ edits }) => !edits);
    const buttons = remedies.map(({ edits, title, applied }, at) => {
      if (!edits) return undefined;
      const told = 'Edits the configuration for the next run; you can undo it';
      const look = { secondary: '', title: told, 'data-focus': `remedy-${at}`, tabindex: '0' };
      const button = element('vscode-button', look, element('span', {}, title));
      button.addEventListener('click', () => {
        this.onRemedy(at, title);
      });
      const mark = applied ? element('span', { class: 'applied' }, '✓ Applied') : undefined;
      return element('span', {}, button, mark);
    });
    const list = hints.length === 0 ? [] : [element('ul', {}, ...hints.map((hint) => element('li', {}, hint.title)))];
    this.remedies.replaceChildren(...list, element('div', { class: 'buttons' }, ...buttons));
  }
}
