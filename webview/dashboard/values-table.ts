import { measured, memory, whole } from '../../src/charts/numbers';
import { dataTable, element, scrollable } from '../shared/dom';
import { Pager } from './pager';
import { nearest } from '../charts/nearest';
import type { ShownRun } from './shown-run';

const ON_A_PAGE = 50;

/** Every value that the charts draw, as a table in pages; made when it is opened. */
export class ValuesTable {
  readonly element: HTMLDetailsElement;
  private readonly place = scrollable('Values');
  private readonly pager = new Pager(ON_A_PAGE, () => {
    this.show();
  });
  private shownLength = -1;

  constructor(private readonly run: ShownRun) {
    this.element = element(
      'details',
      {},
      element('summary', {}, 'Values as a table'),
      this.place,
      this.pager.element,
    ) as HTMLDetailsElement;
    this.element.addEventListener('toggle', () => {
      this.update();
    });
  }

  /** A page that is read is left alone: only the last one follows the run. */
  update(): void {
    if (!this.element.open || this.run.length === this.shownLength) return;
    if (this.shownLength > 0 && !this.pager.onLast) this.pager.show(this.run.length);
    else this.show();
  }

  private show(): void {
    const { run } = this;
    this.shownLength = run.length;
    const { from, to } = this.pager.show(run.length);
    const step = run.column('step');
    const rows = Array.from({ length: to - from }, (_, at) => {
      const index = from + at;
      const evaluated = nearest(run.validation.step, step[index]!);
      const validation =
        evaluated !== undefined && run.validation.step[evaluated] === step[index]
          ? run.validation.loss[evaluated]!
          : NaN;
      return [
        whole(step[index]!),
        measured(run.column('loss')[index]!),
        Number.isFinite(validation) ? measured(validation) : '',
        measured(run.column('learning_rate')[index]!),
        measured(run.column('grad_norm')[index]!),
        whole(run.column('tokens_per_second')[index]!),
        memory(run.column('peak_memory')[index]!),
      ];
    });
    const titles = [
      'Step',
      'Training loss',
      'Validation loss',
      'Learning rate',
      'Gradient norm',
      'Tokens/s',
      'Peak memory',
    ];
    const columns = titles.map((title) => ({ title, numeric: true }));
    this.place.replaceChildren(dataTable('Measured values by step', columns, rows));
  }
}
