import { measured, whole } from '../../src/charts/numbers';
import type { Difference, EvaluationResult, ShownSweep } from '../../src/messages/dashboard';
import { bestOf, bestOfRanked, bestText, canRank, rankText, type Ranked } from '../../src/text/rouge/alike';
import { costText } from '../../src/text/retention';
import { estimateText } from '../../src/text/rouge/few';
import { button } from '../shared/button';
import { dataTable, element, scrollable, write, type Column } from '../shared/dom';
import { baseName, STATUS_WORDS } from './header';
import { SERIES_COLOURS } from '../charts/line-chart';
import type { ShownRun } from './shown-run';
import { SweepButtons, type SweepActions } from './sweep-buttons';

/** What decides comes first: a table of so many columns is seldom seen to its end. */
const FIGURES = [
  'Status',
  'ROUGE-L',
  'Test loss',
  'Best validation',
  'Last training loss',
  'Steps',
  'ROUGE-1',
  'Test examples',
  'Answer words',
  'Cut answers',
  'General text',
] as const;
type Figure = (typeof FIGURES)[number];

/** The scores that a best one is told of. */
const SCORES: readonly {
  readonly figure: Figure;
  readonly wanted: 'high' | 'low';
  readonly of: (result: EvaluationResult) => number;
}[] = [
  { figure: 'ROUGE-1', wanted: 'high', of: ({ tuned }) => tuned.rouge1.f1 },
  { figure: 'ROUGE-L', wanted: 'high', of: ({ tuned }) => tuned.rougeL.f1 },
  { figure: 'Test loss', wanted: 'low', of: ({ tuned }) => tuned.loss },
];

export interface ComparisonOptions extends SweepActions {
  readonly onOpen: (run: number) => void;
  /** A run was left out or taken in again. */
  readonly onDrawn: () => void;
}

/** Several runs: which they are, how they ended, and in what they differ. */
export class Comparison {
  readonly element: HTMLElement;
  readonly differences: HTMLElement;
  /** Written into and never made anew: a live run would take a box away between the press and the release that click it. */
  private readonly cells: readonly (readonly HTMLElement[])[];
  private readonly sweep: SweepButtons | undefined;
  private readonly ranking = element('p', { class: 'muted ranking', role: 'status' });

  constructor(
    private readonly runs: readonly ShownRun[],
    differences: readonly Difference[],
    sweep: ShownSweep | undefined,
    private readonly options: ComparisonOptions,
  ) {
    this.cells = runs.map(() => FIGURES.map(() => element('span')));
    const rows = runs.map((run, at) => [this.legend(run, at), ...this.cells[at]!]);
    const columns: Column[] = [{ title: 'Run' }, ...FIGURES.map((title, at) => ({ title, numeric: at > 0 }))];
    const title = sweep === undefined ? `${whole(runs.length)} runs compared` : `Sweep of ${sweep.name}`;
    if (sweep !== undefined) {
      this.sweep = new SweepButtons(runs, sweep, options);
      // Beside the name.
      columns.splice(1, 0, { title: 'Values' });
      for (const [at, row] of rows.entries()) row.splice(1, 0, this.sweep.takeLink(at));
    }
    const exported = button('Export…', () => {
      options.onAct('export');
    });
    const buttons = element('div', { class: 'buttons' }, this.sweep?.element, exported);
    this.element = element(
      'header',
      {},
      element('div', { class: 'head' }, element('h1', {}, title), buttons),
      scrollable('The compared runs', dataTable('The compared runs', columns, rows)),
      this.ranking,
    );
    this.differences = element(
      'section',
      {},
      element('h2', {}, 'Differences'),
      differences.length === 0
        ? element('p', { class: 'muted' }, 'The configurations and the data are the same.')
        : scrollable(
            'Differences',
            dataTable(
              'What differs between the configurations',
              [{ title: 'Key' }, ...runs.map(({ facts }) => ({ title: facts.name }))],
              differences.map(({ key, values }) => [key, ...values.map(shortPath)]),
            ),
          ),
    );
  }

  update(): void {
    const evaluated = this.runs.filter(({ result }) => result !== undefined);
    const measured = evaluated.map(({ result }) => result!);
    const marked = new Set(canRank(measured) ? bestFigures(evaluated) : []);
    const ranked = rankedOf(evaluated);
    write(this.ranking, [rankText(ranked), bestText(ranked)].filter((text) => text !== '').join(' '));
    const best = bestOfRanked(ranked)?.name;
    this.sweep?.update(this.runs.findIndex(({ facts }) => facts.name === best));
    for (const [at, run] of this.runs.entries()) {
      for (const [column, value] of this.figures(run).entries()) {
        const mark = marked.has(`${FIGURES[column]!} ${evaluated.indexOf(run)}`) ? ' ★' : '';
        write(this.cells[at]![column]!, `${value}${mark}`);
      }
    }
  }

  /** In the order of FIGURES. */
  private figures(run: ShownRun): readonly string[] {
    const { status, best, result } = run;
    const retention = status?.retention;
    const losses = run.column('loss');
    const tuned = result?.tuned;
    return [
      status === undefined ? '' : STATUS_WORDS[status.status],
      result === undefined ? '–' : estimateText(result.tuned.rougeL, result.examples),
      tuned === undefined ? '–' : tuned.loss.toFixed(3),
      best === undefined ? '–' : `${measured(best.loss)} (step ${whole(best.step)})`,
      measured(losses[losses.length - 1] ?? NaN),
      status === undefined ? '' : whole(status.step),
      result === undefined ? '–' : estimateText(result.tuned.rouge1, result.examples),
      result === undefined ? '–' : whole(result.examples),
      tuned?.answer_words === undefined ? '–' : tuned.answer_words.toFixed(1),
      tuned?.cut === undefined ? '–' : whole(tuned.cut),
      retention === undefined ? '–' : costText(retention),
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

function rankedOf(runs: readonly ShownRun[]): Ranked[] {
  return runs.map(({ facts, result }) => ({ ...result!, name: facts.name, rougeL: result!.tuned.rougeL }));
}

/** `ROUGE-L 2` where the third of these runs has the best ROUGE-L. Losses of different models count different tokens. */
function bestFigures(runs: readonly ShownRun[]): string[] {
  const oneModel = new Set(runs.map(({ facts }) => facts.model)).size === 1;
  return SCORES.filter(({ figure }) => oneModel || figure !== 'Test loss').flatMap(({ figure, wanted, of }) => {
    const best = bestOf(
      runs.map(({ result }) => of(result!)),
      wanted,
    );
    return runs.flatMap((_, at) => (best[at]! ? [`${figure} ${at}`] : []));
  });
}

/** Paths differ at their end. */
function shortPath(value: string): string {
  return /^([A-Za-z]:)?[\\/]/.test(value) ? baseName(value) : value;
}
