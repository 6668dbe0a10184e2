import { measured, whole } from '../../src/charts/numbers';
import type { Difference } from '../../src/messages/dashboard';
import { dataTable, element, write } from '../shared/dom';
import { baseName, STATUS_WORDS } from './header';
import { SERIES_COLOURS } from './line-chart';
import type { ShownRun } from './shown-run';

const FIGURES = ['Status', 'Steps', 'Training loss', 'Best validation', 'ROUGE-1', 'ROUGE-L', 'Test loss'] as const;

export interface ComparisonOptions {
  readonly onOpen: (run: number) => void;
  readonly onExport: () => void;
  /** A run was left out or taken in again. */
  readonly onDrawn: () => void;
}

/** Several runs: which they are, how they ended, and in what they differ. */
export class Comparison {
  readonly element: HTMLElement;
  readonly differences: HTMLElement;
  /** Written into and never made anew: a live run would take a box away between the press and the release that click it. */
  private readonly cells: readonly (readonly HTMLElement[])[];

  constructor(
    private readonly runs: readonly ShownRun[],
    differences: readonly Difference[],
    private readonly options: ComparisonOptions,
  ) {
    const exported = element('vscode-button', { secondary: '' }, 'Export…');
    exported.addEventListener('click', options.onExport);
    this.cells = runs.map(() => FIGURES.map(() => element('span')));
    const rows = runs.map((run, at) => [this.legend(run, at), ...this.cells[at]!]);
    const columns = [{ title: 'Run' }, ...FIGURES.map((title, at) => ({ title, numeric: at > 0 }))];
    this.element = element(
      'header',
      {},
      element('div', { class: 'head' }, element('h1', {}, `${whole(runs.length)} runs compared`), exported),
      element('div', { class: 'scroll' }, dataTable('The compared runs', columns, rows)),
    );
    this.differences = element(
      'section',
      {},
      element('h2', {}, 'Differences'),
      differences.length === 0
        ? element('p', { class: 'muted' }, 'The configurations and the data are the same.')
        : element(
            'div',
            { class: 'scroll' },
            dataTable(
              'What differs between the configurations',
              [{ title: 'Key' }, ...runs.map(({ facts }) => ({ title: facts.name }))],
              differences.map(({ key, values }) => [key, ...values.map(shortPath)]),
            ),
          ),
    );
  }

  update(): void {
    for (const [at, run] of this.runs.entries()) {
      for (const [column, figure] of this.figures(run).entries()) write(this.cells[at]![column]!, figure);
    }
  }

  /** In the order of FIGURES. */
  private figures(run: ShownRun): readonly string[] {
    const { status, best, result } = run;
    const smoothed = run.smoothed.values;
    return [
      status === undefined ? '' : STATUS_WORDS[status.status],
      status === undefined ? '' : whole(status.step),
      measured(smoothed[smoothed.length - 1] ?? NaN),
      best === undefined ? '–' : `${measured(best.loss)} (step ${whole(best.step)})`,
      result === undefined ? '–' : result.tuned.rouge1.f1.toFixed(3),
      result === undefined ? '–' : result.tuned.rougeL.f1.toFixed(3),
      result === undefined ? '–' : result.tuned.loss.toFixed(3),
    ];
  }

  private legend(run: ShownRun, at: number): HTMLElement {
    const { name, id } = run.facts;
    const box = element('input', {
      type: 'checkbox',
      'aria-label': `Draw ${name}`,
    }) as HTMLInputElement;
    box.checked = run.drawn;
    box.addEventListener('change', () => {
      run.drawn = box.checked;
      this.options.onDrawn();
    });
    const open = element('button', { type: 'button', class: 'link', title: id }, name);
    open.addEventListener('click', () => {
      this.options.onOpen(at);
    });
    const swatch = element('span', { class: `swatch colour-series-${at % SERIES_COLOURS}` });
    return element('span', { class: 'legend' }, box, swatch, open);
  }
}

/** Paths differ at their end. */
function shortPath(value: string): string {
  return /^([A-Za-z]:)?[\\/]/.test(value) ? baseName(value) : value;
}
