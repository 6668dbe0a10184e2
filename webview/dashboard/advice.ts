import { whole } from '../../src/charts/numbers';
import type { Advice } from '../../src/messages/dashboard';
import { element } from '../shared/dom';

const SIGNS = { error: '✕', warning: '▲', info: '●' } as const;

/** What the curves say is going wrong, since when, and what to do about it. */
export class AdviceSection {
  readonly element = element('section', { class: 'advice', 'aria-label': 'Advice', hidden: '' });

  constructor(private readonly onRemedy: (finding: number, remedy: number) => void) {}

  show(findings: readonly Advice[]): void {
    this.element.hidden = findings.length === 0;
    this.element.replaceChildren(...findings.map((finding, at) => this.item(finding, at)));
  }

  private item({ severity, since, title, message, remedies }: Advice, finding: number): HTMLElement {
    const hints = remedies.filter(({ edits }) => !edits);
    const buttons = remedies.map((remedy, at) => {
      if (!remedy.edits) return undefined;
      const look = { secondary: '', title: 'Edits the configuration for the next run; you can undo it' };
      const button = element('vscode-button', look, element('span', {}, remedy.title));
      button.addEventListener('click', () => {
        this.onRemedy(finding, at);
      });
      return button;
    });
    return element(
      'article',
      { class: severity },
      element(
        'h3',
        {},
        element('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[severity]),
        title,
        element('span', { class: 'muted since' }, `since step ${whole(since)}`),
      ),
      element('p', {}, message),
      hints.length === 0 ? undefined : element('ul', {}, ...hints.map((hint) => element('li', {}, hint.title))),
      element('div', { class: 'buttons' }, ...buttons),
    );
  }
}
