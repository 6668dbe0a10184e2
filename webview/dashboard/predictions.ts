import { whole } from '../../src/charts/numbers';
import type { ShownPrediction, ShownRating } from '../../src/messages/dashboard';
import { element } from '../shared/dom';
import { keepFocus } from '../shared/keep-focus';
import { Pager } from './pager';
import { ratingGroup } from './rating';

const ON_A_PAGE = 10;

interface Column {
  readonly key: string;
  readonly title: string;
  readonly numeric?: boolean;
  readonly value: (prediction: ShownPrediction) => string | number;
}

export interface PredictionsOptions {
  readonly onOpen: (index: number) => void;
  readonly onRate: (index: number, rating: number) => void;
}

/** The held-out questions with their answers: filtered, sorted, in pages, rated. */
export class Predictions {
  readonly element = element('section', { class: 'predictions', hidden: '' });
  private readonly filter = element('input', {
    type: 'search',
    placeholder: 'Filter by text',
    'aria-label': 'Filter predictions by text',
  }) as HTMLInputElement;
  private readonly average = element('span', { class: 'average', role: 'status' });
  private readonly body = element('tbody');
  private readonly heads: readonly HTMLElement[];
  private readonly pager = new Pager(ON_A_PAGE, () => {
    this.showRows();
    this.element.scrollIntoView({ block: 'start' });
  });
  private all: ShownPrediction[] = [];
  private chosen: readonly ShownPrediction[] = [];
  private ratings = new Map<number, number>();
  private sorted: { readonly column: number; readonly descending: boolean } = { column: 0, descending: false };
  private readonly columns: readonly Column[] = [
    { key: 'line', title: 'Line', numeric: true, value: ({ line }) => line },
    { key: 'question', title: 'Question', value: ({ question }) => question },
    { key: 'reference', title: 'Reference', value: ({ reference }) => reference },
    { key: 'base', title: 'Base', value: ({ base }) => base.answer },
    { key: 'tuned', title: 'Tuned', value: ({ tuned }) => tuned.answer },
    { key: 'rouge', title: 'ROUGE-L', numeric: true, value: ({ tuned }) => tuned.rougeL },
    { key: 'loss', title: 'Loss', numeric: true, value: ({ tuned }) => tuned.loss ?? Infinity },
    { key: 'rated', title: 'Rating', value: ({ index }) => this.ratings.get(index) ?? 0 },
  ];

  constructor(private readonly options: PredictionsOptions) {
    this.heads = this.columns.map(({ key, title, numeric }, at) => {
      const button = element('button', { type: 'button', class: 'sort' }, title);
      button.addEventListener('click', () => {
        this.sort(at);
      });
      return element('th', { scope: 'col', class: `${key}${numeric === true ? ' number' : ''}` }, button);
    });
    this.filter.addEventListener('input', () => {
      this.pager.rewind();
      this.choose();
    });
    this.element.append(
      element(
        'div',
        { class: 'head' },
        element('div', {}, element('h2', {}, 'Predictions'), this.average),
        element('div', { class: 'toolbar' }, this.filter),
      ),
      element(
        'table',
        {},
        element('caption', { class: 'unseen' }, 'Answers to the held-out questions'),
        element('thead', {}, element('tr', {}, ...this.heads)),
        this.body,
      ),
      this.pager.element,
    );
  }

  take(from: number, items: readonly ShownPrediction[]): void {
    this.all.length = from;
    this.all.push(...items);
    this.element.hidden = this.all.length === 0;
    this.choose();
  }

  showRatings(ratings: readonly ShownRating[]): void {
    this.ratings = new Map(ratings.map(({ index, rating }) => [index, rating]));
    this.showRated();
  }

  /** It is shown at once: whoever rates by arrow keys goes on from what is shown. */
  private rate(index: number, rating: number): void {
    if (rating === 0) this.ratings.delete(index);
    else this.ratings.set(index, rating);
    this.showRated();
    this.options.onRate(index, rating);
  }

  private showRated(): void {
    const ratings = [...this.ratings.values()];
    const sum = ratings.reduce((total, rating) => total + rating, 0);
    const rated = ratings.length === 0 ? 'None rated yet' : `${whole(ratings.length)} rated`;
    const mean = ratings.length === 0 ? '' : `, average ${(sum / ratings.length).toFixed(2)} of 5`;
    this.average.textContent = `${rated}${mean}. Rate the tuned answers from 1, completely wrong, to 5, perfect.`;
    this.showRows();
  }

  private sort(column: number): void {
    const same = this.sorted.column === column;
    this.sorted = { column, descending: same ? !this.sorted.descending : false };
    this.pager.rewind();
    this.choose();
  }

  private choose(): void {
    const { column, descending } = this.sorted;
    const value = this.columns[column]!.value;
    const wanted = this.filter.value.trim().toLowerCase();
    const holds = (text: string): boolean => text.toLowerCase().includes(wanted);
    const found = this.all.filter(
      ({ question, reference, base, tuned }) =>
        wanted === '' || holds(question) || holds(reference) || holds(base.answer) || holds(tuned.answer),
    );
    const sign = descending ? -1 : 1;
    this.chosen = found.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      const order = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y);
      return (Number.isNaN(order) ? 0 : order) * sign || a.index - b.index;
    });
    for (const [at, head] of this.heads.entries()) {
      if (at === column) head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    this.showRows();
  }

  private showRows(): void {
    const { from, to } = this.pager.show(this.chosen.length);
    keepFocus(this.body, () => {
      this.body.replaceChildren(...this.chosen.slice(from, to).map((prediction) => this.row(prediction)));
    });
  }

  private row(prediction: ShownPrediction): HTMLElement {
    const { index, line, question, reference, base, tuned } = prediction;
    const open = element(
      'button',
      { type: 'button', class: 'link', title: 'Open the example in its file', 'data-focus': `line-${index}` },
      String(line),
    );
    open.addEventListener('click', () => {
      this.options.onOpen(index);
    });
    const rated = ratingGroup(index, line, this.ratings.get(index) ?? 0, (rating) => {
      this.rate(index, rating);
    });
    const text = (key: string, title: string, value: string): HTMLElement =>
      element('td', { class: key, 'data-title': title }, element('div', { class: 'text' }, value));
    const pair = (key: string, title: string, from: string, to: string): HTMLElement =>
      element(
        'td',
        { class: `${key} number`, 'data-title': title },
        element('span', { class: 'muted' }, `${from} → `),
        element('span', {}, to),
      );
    const loss = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(2));
    return element(
      'tr',
      {},
      element('th', { scope: 'row', class: 'line number', 'data-title': 'Line' }, open),
      text('question', 'Question', question),
      text('reference', 'Reference', reference),
      text('base', 'Base', base.answer),
      text('tuned', 'Tuned', tuned.answer),
      pair('rouge', 'ROUGE-L', base.rougeL.toFixed(2), tuned.rougeL.toFixed(2)),
      pair('loss', 'Loss', loss(base.loss), loss(tuned.loss)),
      element('td', { class: 'rated', 'data-title': 'Rating' }, rated),
    );
  }
}
