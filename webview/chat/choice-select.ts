import type { ChatChoice } from '../../src/messages/chat';
import { element } from '../shared/dom';

/** A list to choose from, its choices under the headings of their groups. */
export class ChoiceSelect {
  readonly node: HTMLSelectElement;
  private shown = '';

  /** @param none what is chosen where nothing is; without it there is always something */
  constructor(
    attributes: Readonly<Record<string, string>>,
    private readonly none?: string,
  ) {
    this.node = element('select', attributes) as HTMLSelectElement;
  }

  /** What is chosen; undefined where it is nothing. */
  get value(): string | undefined {
    return this.node.value === '' ? undefined : this.node.value;
  }

  show(choices: readonly ChatChoice[], chosen: string | undefined): void {
    const list = JSON.stringify(choices);
    // A list that is open must not be built anew under the person's hands.
    if (list !== this.shown) this.build(choices);
    this.shown = list;
    if (this.value !== chosen) this.node.value = chosen ?? '';
  }

  private build(choices: readonly ChatChoice[]): void {
    const groups = new Map<string, HTMLElement>();
    for (const { id, label, group } of choices) {
      const heading = groups.get(group) ?? element('optgroup', { label: group });
      groups.set(group, heading);
      heading.append(element('option', { value: id }, label));
    }
    const nothing = this.none === undefined ? [] : [element('option', { value: '' }, this.none)];
    this.node.replaceChildren(...nothing, ...groups.values());
  }
}
