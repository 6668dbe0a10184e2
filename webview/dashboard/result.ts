import type { EvaluationResult, ShownPrediction } from '../../src/messages/dashboard';
import { answersToRead } from '../../src/text/answers-to-read';
import { headline, nextText } from '../../src/text/rouge/headline';
import { element, longText } from '../shared/dom';
import { keepFocus } from '../shared/keep-focus';

/** What training came to: one headline, three answers to read, and what to do next. Hidden until the test part was answered. */
export class Result {
  readonly element = element('section', { class: 'outcome', 'aria-label': 'Result', hidden: '' });
  private result: EvaluationResult | undefined;
  private predictions: ShownPrediction[] = [];

  constructor(private readonly onOpen: (index: number) => void) {}

  show(result: EvaluationResult | undefined): void {
    this.result = result;
    this.draw();
  }

  take(from: number, items: readonly ShownPrediction[]): void {
    this.predictions.length = from;
    this.predictions.push(...items);
    this.draw();
  }

  private draw(): void {
    const { result } = this;
    this.element.hidden = result === undefined;
    if (result === undefined) return;
    keepFocus(this.element, () => {
      this.element.replaceChildren(
        element('h2', {}, headline(result)),
        element('div', { class: 'answers' }, ...answersToRead(this.predictions).map((one) => this.answer(one))),
        element('p', { class: 'next' }, nextText(result)),
      );
    });
  }

  private answer({ index, line, question, reference, base, tuned }: ShownPrediction): HTMLElement {
    const title = 'Open the example in its file';
    const open = element('button', { type: 'button', class: 'link', title, 'data-focus': `answer-${index}` }, question);
    open.addEventListener('click', () => {
      this.onOpen(index);
    });
    const pair = (kind: string, name: string, text: string): HTMLElement =>
      element(
        'div',
        { class: kind },
        element('dt', {}, name),
        element('dd', {}, longText(`${name}: ${question}`, text.trim() === '' ? '(nothing)' : text)),
      );
    return element(
      'article',
      { 'aria-label': `Line ${line}` },
      element('h3', {}, open),
      element(
        'dl',
        {},
        pair('reference', 'Reference', reference),
        pair('base', 'Base', base.answer),
        pair('tuned', 'Tuned', tuned.answer),
      ),
    );
  }
}
