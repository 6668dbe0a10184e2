import { whole } from '../../src/charts/numbers';
import type { EvaluationResult, ShownPrediction, ShownRating } from '../../src/messages/dashboard';
import type { RougeOptions } from '../../src/text/rouge/tokenize';
import { element } from '../shared/dom';
import { keepFocus } from '../shared/keep-focus';
import { Pager } from './pager';
import { gainOf, predictionCard } from './prediction-card';

const ON_A_PAGE = 10;

type Order = readonly [title: string, value: (prediction: ShownPrediction) => number];

export interface PredictionsOptions {
  readonly onOpen: (index: number) => void;
  readonly onRate: (index: number, rating: number) => void;
}

/** The held-out questions with their answers: filtered, sorted, in pages, walked by arrow keys, rated. */
export class Predictions {
  readonly element = element('section', { class: 'predictions', hidden: '' });
  private readonly filter = element('input', {
    type: 'search',
    placeholder: 'Filter by text',
    'aria-label': 'Filter predictions by text',
  }) as HTMLInputElement;
  private readonly category = element('select', { 'aria-label': 'Category' }) as HTMLSelectElement;
  private readonly order = element('select', { 'aria-label': 'Sort predictions' }) as HTMLSelectElement;
  private readonly average = element('span', { class: 'average', role: 'status' });
  private readonly none = element('p', { class: 'muted', role: 'status', hidden: '' }, 'No prediction matches.');
  private readonly list = element('div', { class: 'cards' });
  private readonly pager = new Pager(ON_A_PAGE, () => {
    this.showCards();
    this.element.scrollIntoView({ block: 'start' });
  });
  private all: ShownPrediction[] = [];
  private chosen: readonly ShownPrediction[] = [];
  private ratings = new Map<number, number>();
  private readonly opened = new Set<number>();
  private rouge: RougeOptions = {};
  /** What is first has the smallest value. */
  private readonly orders: readonly Order[] = [
    ['In the order of the file', ({ index }) => index],
    ['Largest gain first', (one) => -gainOf(one)],
    ['Smallest gain first', gainOf],
    ['Lowest ROUGE-L first', ({ tuned }) => tuned.rougeL],
    ['Highest loss first', ({ tuned }) => -(tuned.loss ?? -Infinity)],
    ['Lowest rating first', ({ index }) => this.ratings.get(index) ?? Infinity],
  ];

  constructor(private readonly options: PredictionsOptions) {
    this.order.append(...this.orders.map(([title], at) => element('option', { value: String(at) }, title)));
    for (const [control, event] of [
      [this.filter, 'input'],
      [this.category, 'change'],
      [this.order, 'change'],
    ] as const) {
      control.addEventListener(event, () => {
        this.pager.rewind();
        this.choose();
      });
    }
    this.list.addEventListener('keydown', (event) => {
      this.walk(event);
    });
    this.element.append(
      element(
        'div',
        { class: 'head' },
        element('div', {}, element('h2', {}, 'Predictions'), this.average),
        element('div', { class: 'toolbar' }, this.filter, this.category, this.order),
      ),
      element(
        'p',
        { class: 'muted' },
        'Marked words are those that ROUGE-L counts: words of the reference, in its order.',
      ),
      this.none,
      this.list,
      this.pager.element,
    );
  }

  take(from: number, items: readonly ShownPrediction[]): void {
    this.all.length = from;
    this.all.push(...items);
    this.element.hidden = this.all.length === 0;
    this.listCategories();
    this.choose();
  }

  /** How words were compared. */
  showRouge({ stemmer, unicode }: EvaluationResult): void {
    this.rouge = { stemmer, unicode };
    this.showCards();
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
    this.showCards();
  }

  /** A choice among the categories of the data, where it tells several. */
  private listCategories(): void {
    const names = [...new Set(this.all.flatMap(({ agency }) => agency ?? []))].sort((a, b) => a.localeCompare(b));
    this.category.hidden = names.length < 2;
    const listed = Array.from(this.category.options, ({ value }) => value).slice(1);
    // A list that is open must not be built anew under the person's hands.
    if (this.category.options.length > 0 && listed.join('\n') === names.join('\n')) return;
    const { value } = this.category;
    this.category.replaceChildren(
      element('option', { value: '' }, 'All categories'),
      ...names.map((name) => element('option', { value: name }, name)),
    );
    this.category.value = names.includes(value) ? value : '';
  }

  private choose(): void {
    const [, value] = this.orders[Number(this.order.value)]!;
    const wanted = this.filter.value.trim().toLowerCase();
    const category = this.category.value;
    const holds = (text: string): boolean => text.toLowerCase().includes(wanted);
    this.chosen = this.all
      .filter(({ agency }) => category === '' || agency === category)
      .filter(
        ({ question, reference, base, tuned }) =>
          wanted === '' || [question, reference, base.answer, tuned.answer].some(holds),
      )
      .sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        return x === y ? a.index - b.index : x - y;
      });
    this.showCards();
  }

  private showCards(): void {
    const { from, to } = this.pager.show(this.chosen.length);
    this.none.hidden = this.all.length === 0 || this.chosen.length > 0;
    keepFocus(this.list, () => {
      this.list.replaceChildren(...this.chosen.slice(from, to).map((prediction) => this.card(prediction)));
    });
  }

  private card(prediction: ShownPrediction): HTMLElement {
    const { index } = prediction;
    return predictionCard(prediction, {
      rouge: this.rouge,
      rating: this.ratings.get(index) ?? 0,
      opened: this.opened.has(index),
      onOpenExample: () => {
        this.options.onOpen(index);
      },
      onRate: (rating) => {
        this.rate(index, rating);
      },
      onToggle: () => {
        if (!this.opened.delete(index)) this.opened.add(index);
        this.showCards();
      },
    });
  }

  /** Arrow keys on a card go to the one above or below it, over the edge of a page to the next one; Enter opens its example. */
  private walk(event: KeyboardEvent): void {
    const { target } = event;
    const cards = [...this.list.children] as HTMLElement[];
    const at = cards.findIndex((card) => card === target);
    if (at < 0) return;
    if (event.key === 'Enter') this.options.onOpen(this.chosen[this.pager.from + at]!.index);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: cards.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0 || to >= cards.length) {
      if (!this.pager.turn(to < 0 ? -1 : 1)) return;
      (this.list.children[to < 0 ? ON_A_PAGE - 1 : 0] as HTMLElement).focus();
    } else cards[to]!.focus();
  }
}
