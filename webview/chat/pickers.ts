import type { ChatView, Side } from '../../src/messages/chat';
import { element } from '../shared/dom';
import { ChoiceSelect } from './choice-select';

export interface PickerEvents {
  onSource(source: string): void;
  onModel(side: Side, model: string | undefined): void;
}

/** What is talked to: a run or model, and which of its states on either side. */
export class Pickers {
  readonly node: HTMLElement;
  private readonly source = new ChoiceSelect({ 'aria-label': 'Run or model' });
  private readonly sides: Readonly<Record<Side, ChoiceSelect>> = {
    left: new ChoiceSelect({ 'aria-label': 'Model that answers first' }),
    right: new ChoiceSelect({ 'aria-label': 'Model to compare it with' }, 'None'),
  };

  constructor(events: PickerEvents) {
    const { source, sides } = this;
    source.node.addEventListener('change', () => {
      events.onSource(source.node.value);
    });
    for (const side of ['left', 'right'] as const) {
      sides[side].node.addEventListener('change', () => {
        events.onModel(side, sides[side].value);
      });
    }
    const labelled = (side: Side): HTMLElement =>
      element(
        'div',
        { class: `side ${side}` },
        element('span', { class: 'dot', 'aria-hidden': 'true' }),
        sides[side].node,
      );
    this.node = element(
      'div',
      { class: 'pickers' },
      source.node,
      element('div', { class: 'sides' }, labelled('left'), labelled('right')),
    );
  }

  update({ sources, source, models, left, right }: ChatView): void {
    this.source.show(sources, source);
    this.source.node.hidden = sources.length < 2;
    this.sides.left.show(models, left);
    this.sides.right.show(models, right);
  }
}
