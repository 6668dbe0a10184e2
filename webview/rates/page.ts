import { measured, whole } from '../../src/charts/numbers';
import type { RateTest } from '../../src/messages/rates';
import { rateText } from '../../src/train/rates/suggest';
import { button } from '../shared/button';
import { bar, dataTable, element, scrollable, write } from '../shared/dom';
import { RateChart } from './rate-chart';

const TEACH =
  'Training starts as usual, but the learning rate rises with every update. While it is far too low, the loss stays where it is; then it falls; then it rises again, where training breaks down. The suggestion is two fifths of the rate at which the loss was lowest. Nothing from this test is kept.';

type Phase = RateTest['phase'];

/** The words for a person; the signs tell them apart where colours do not. */
const PHASES: Readonly<Record<Phase, string>> = {
  working: '● Testing',
  done: '✓ Done',
  stopped: '■ Stopped',
  failed: '✕ Failed',
};

export interface PageActions {
  readonly stop: () => void;
  readonly again: () => void;
  readonly take: (rate: number) => void;
  readonly showConfiguration: () => void;
}

/** All that is shown of a range test. Its elements stay while it goes on: the focus is not lost. */
export class Page {
  readonly elements: readonly HTMLElement[];
  private readonly name = element('span');
  private readonly badge = element('span', { class: 'badge' });
  private readonly file = element('p', { class: 'muted' });
  private readonly buttons = element('div', { class: 'buttons', role: 'group', 'aria-label': 'What to do' });
  private readonly progress = element(
    'div',
    { class: 'progress', role: 'progressbar', 'aria-label': 'Rates tried' },
    bar(0),
  );
  private readonly message = element('p', { class: 'found', role: 'status' });
  private readonly figures = {
    suggested: element('dd'),
    lowest: element('dd'),
    now: element('dd'),
    step: element('dd'),
  };
  private readonly stepName = element('dt', {}, 'rates tried');
  private readonly chartPlace = element('section', { 'aria-label': 'Curve' });
  private readonly values = element('details', {}, element('summary', {}, 'Values as a table'));
  private readonly table = scrollable('Values');
  private chart: RateChart | undefined;
  private test: RateTest | undefined;
  private shownButtons = '';

  constructor(private readonly actions: PageActions) {
    const figure = (name: string | HTMLElement, value: HTMLElement): HTMLElement =>
      element('div', {}, typeof name === 'string' ? element('dt', {}, name) : name, value);
    const { suggested, lowest, now, step } = this.figures;
    this.values.append(this.table);
    this.values.addEventListener('toggle', () => {
      this.showTable();
    });
    this.elements = [
      element(
        'header',
        {},
        element(
          'div',
          { class: 'head' },
          element('div', {}, element('h1', {}, this.name, ' ', this.badge), this.file),
          this.buttons,
        ),
        this.progress,
        this.message,
        element(
          'dl',
          { class: 'figures' },
          figure('suggested', suggested),
          figure('loss lowest at', lowest),
          figure('in the configuration', now),
          figure(this.stepName, step),
        ),
      ),
      this.chartPlace,
      element('p', { class: 'muted teach' }, TEACH),
      this.values,
    ];
  }

  show(test: RateTest): void {
    const fresh = this.chart?.continues(test) !== true;
    this.test = test;
    const { phase, message, now, lowest, suggested, rates, total } = test;
    write(this.name, `Learning rate of ${test.name}`);
    write(this.badge, PHASES[phase]);
    this.badge.className = `badge ${phase}`;
    write(this.file, test.file);
    write(this.message, message);
    this.message.classList.toggle('error', phase === 'failed');
    write(this.figures.suggested, suggested === undefined ? '–' : rateText(suggested));
    write(this.figures.lowest, lowest === undefined ? '–' : rateText(lowest));
    write(this.figures.now, rateText(now));
    write(this.figures.step, whole(rates.length));
    write(this.stepName, total === undefined ? 'rates tried' : `of ${whole(total)} rates`);
    this.showProgress(test);
    this.showButtons(test);
    if (fresh) this.clearChart(phase === 'working' ? 'The curve appears when the first rates have been tried.' : '');
    if (rates.length < 2) return;
    if (this.chart === undefined) {
      this.chart = new RateChart(test);
      this.chartPlace.replaceChildren(this.chart.chart.element);
      this.chart.draw();
    } else {
      this.chart.update(test);
    }
    this.showTable();
  }

  redraw(): void {
    this.chart?.draw();
  }

  resize(): void {
    this.chart?.chart.resize();
  }

  private clearChart(instead: string): void {
    this.chart?.chart.dispose();
    this.chart = undefined;
    this.chartPlace.replaceChildren(element('p', { class: 'muted' }, instead));
  }

  private showProgress({ phase, rates, total }: RateTest): void {
    // Where training went to pieces the test is over before its last rate.
    const share = phase === 'done' ? 1 : total === undefined ? 0 : rates.length / total;
    this.progress.querySelector('rect')?.setAttribute('width', `${(100 * share).toFixed(2)}%`);
    this.progress.setAttribute('aria-valuenow', String(Math.round(100 * share)));
    const of = total === undefined ? '' : ` of ${whole(total)}`;
    this.progress.setAttribute('aria-valuetext', `${whole(rates.length)}${of} rates tried`);
    this.progress.classList.toggle('ended', phase === 'done');
  }

  private showButtons({ phase, suggested, now }: RateTest): void {
    const take = suggested !== undefined && suggested !== now ? suggested : undefined;
    const shown = `${phase} ${take ?? ''}`;
    if (shown === this.shownButtons) return;
    this.shownButtons = shown;
    const focused = this.buttons.contains(document.activeElement);
    const { actions } = this;
    this.buttons.replaceChildren(
      ...(take === undefined
        ? []
        : [
            button(
              `Set learning_rate to ${rateText(take)}`,
              () => {
                actions.take(take);
              },
              true,
            ),
          ]),
      phase === 'working' ? button('Stop', actions.stop) : button('Test Again', actions.again),
      button('Configuration', actions.showConfiguration),
    );
    if (focused) this.buttons.querySelector<HTMLElement>('vscode-button')?.focus();
  }

  private showTable(): void {
    const { test } = this;
    if (test === undefined || !(this.values as HTMLDetailsElement).open) return;
    const rows = Array.from(test.rates, (rate, at) => [
      rateText(rate),
      measured(test.losses[at]!),
      measured(test.smoothed[at]!),
    ]);
    const columns = ['Learning rate', 'Loss', 'Smoothed'].map((title) => ({ title, numeric: true }));
    this.table.replaceChildren(dataTable('Loss by learning rate', columns, rows));
  }
}
