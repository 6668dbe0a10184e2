import type { ChatChoice, ChatView, Side } from '../../src/messages/chat';
import { element } from '../shared/dom';

export interface PickerEvents {
  onSource(source: string): void;
  onModel(side: Side, model: string | undefined): void;
}

/** Choices under the headings of their groups. */
export function fillSelect(
  select: HTMLSelectElement,
  choices: readonly ChatChoice[],
  chosen: string | undefined,
): void {
  const groups = new Map<string, HTMLElement>();
  for (const { id, label, group } of choices) {
    const heading = groups.get(group) ?? element('optgroup', { label: group });
    groups.set(group, heading);
    heading.append(element('option', { value: id, ...(id === chosen ? { selected: '' } : {}) }, label));
  }
  select.replaceChildren(...groups.values());
  if (chosen !== undefined) select.value = chosen;
}

/** What is talked to: a run or model, and which of its states on either side. */
export class Pickers {
  readonly node: HTMLElement;
  private readonly source = element('select', { 'aria-label': 'Run or model' }) as HTMLSelectElement;
  private readonly sides: Readonly<Record<Side, HTMLSelectElement>> = {
    left: element('select', { 'aria-label': 'Model that answers first' }) as HTMLSelectElement,
    right: element('select', { 'aria-label': 'Model to compare it with' }) as HTMLSelectElement,
  };
  private shown = '';

  constructor(events: PickerEvents) {
    const { source, sides } = this;
    source.addEventListener('change', () => {
      events.onSource(source.value);
    });
    for (const side of ['left', 'right'] as const) {
      const select = sides[side];
      select.addEventListener('change', () => {
        events.onModel(side, select.value === '' ? undefined : select.value);
      });
    }
    const labelled = (side: Side): HTMLElement =>
      element('div', { class: `side ${side}` }, element('span', { class: 'dot', 'aria-hidden': 'true' }), sides[side]);
    this.node = element(
      'div',
      { class: 'pickers' },
      source,
      element('div', { class: 'sides' }, labelled('left'), labelled('right')),
    );
  }

  update({ sources, source, models, left, right }: ChatView): void {
    // A list that is open must not be built anew under the person's hands.
    const now = JSON.stringify([sources, source, models, left, right]);
    if (now === this.shown) return;
    this.shown = now;
    fillSelect(this.source, sources, source);
    this.source.hidden = sources.length < 2;
    fillSelect(this.sides.left, models, left);
    fillSelect(this.sides.right, models, right);
    this.sides.right.prepend(element('option', { value: '' }, 'No comparison'));
    if (right === undefined) this.sides.right.value = '';
  }
}
