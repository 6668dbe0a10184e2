import { whole } from '../../src/charts/numbers';
import { element } from '../shared/dom';

/** Leads through the pages of a long list. */
export class Pager {
  readonly element: HTMLElement;
  private readonly told = element('span', { role: 'status' });
  private readonly moves: readonly (readonly [HTMLButtonElement, () => number])[];
  private page = 0;
  private count = 0;

  constructor(
    private readonly size: number,
    private readonly onTurn: () => void,
  ) {
    const move = (title: string, to: () => number): readonly [HTMLButtonElement, () => number] => {
      const button = element('button', { type: 'button', class: 'link' }, title) as HTMLButtonElement;
      button.addEventListener('click', () => {
        this.page = to();
        this.onTurn();
      });
      return [button, to];
    };
    this.moves = [
      move('First', () => 0),
      move('Previous', () => Math.max(0, this.page - 1)),
      move('Next', () => Math.min(this.last, this.page + 1)),
      move('Last', () => this.last),
    ];
    const [first, previous, next, last] = this.moves.map(([button]) => button);
    this.element = element('nav', { class: 'pager', 'aria-label': 'Pages' }, first, previous, this.told, next, last);
  }

  private get last(): number {
    return Math.max(0, Math.ceil(this.count / this.size) - 1);
  }

  /** The first of the list that stands on the present page. */
  get from(): number {
    return this.page * this.size;
  }

  get onLast(): boolean {
    return this.page === this.last;
  }

  /** To the page before or after the present one. @returns whether there is one */
  turn(by: 1 | -1): boolean {
    const to = this.page + by;
    if (to < 0 || to > this.last) return false;
    this.page = to;
    this.onTurn();
    return true;
  }

  /** To the first page: the list is another one. */
  rewind(): void {
    this.page = 0;
  }

  /** Fits the pages to a list of `count`. @returns which of it stand on the present page */
  show(count: number): { readonly from: number; readonly to: number } {
    this.count = count;
    this.page = Math.min(this.page, this.last);
    const { from } = this;
    const to = Math.min(count, from + this.size);
    this.told.textContent = count === 0 ? 'None' : `${whole(from + 1)} – ${whole(to)} of ${whole(count)}`;
    this.element.hidden = count <= this.size;
    for (const [button, target] of this.moves) button.disabled = target() === this.page;
    return { from, to };
  }
}
