import '@vscode-elements/elements/dist/vscode-button/index.js';
import {
  dashboardRequests,
  dashboardState,
  toDashboard,
  type DashboardState,
  type FromDashboard,
  type ToDashboard,
} from '../../src/messages/dashboard';
import { Edits } from '../../src/messages/edits';
import { given, type Outcome } from '../../src/messages/requests';
import { element, emptyState } from '../shared/dom';
import { FrameQueue } from '../shared/frame-queue';
import { connect } from '../shared/host';
import { onThemeChange } from '../shared/theme';
import { AdviceSection } from './advice';
import { Charts } from './charts';
import { Comparison } from './comparison';
import { evaluation } from './evaluation';
import { Header } from './header';
import { Result } from './result';
import { Predictions } from './predictions';
import { Samples } from './samples';
import { ShownRun } from './shown-run';
import { ValuesTable } from './values-table';
import { Worst } from './worst';
import '../shared/shared.css';
import '../shared/document.css';
import '../shared/progress.css';
import './dashboard.css';

const DEFAULTS = { smoothing: 0.6, logarithmic: false };

const root = document.getElementById('root')!;
const notice = element('p', { class: 'notice', role: 'status' });

/** What is on the page for one set of runs. */
interface Page {
  readonly runs: readonly ShownRun[];
  readonly charts: Charts;
  /** Brings everything that follows the runs up to date. */
  readonly update: () => void;
  readonly evaluation: HTMLElement;
  readonly advice: AdviceSection;
  readonly predictions: Predictions;
  /** Of a run that is shown alone. */
  readonly outcome: Result | undefined;
  readonly samples: Samples | undefined;
  readonly worst: Worst | undefined;
  /** Of the ratings. */
  readonly edits: Edits;
}
let page: Page | undefined;
const frames = new FrameQueue();
let planned: number | undefined;
/** Figures that change more often than this nobody reads, and each change is laid out and painted, ms. */
const LEAST_PAUSE = 200;
let drawnAt = -Infinity;

const host = connect<ToDashboard, FromDashboard, typeof dashboardRequests, DashboardState>({
  to: toDashboard,
  requests: dashboardRequests,
  receive,
  state: dashboardState,
});

function receive(message: Exclude<ToDashboard, { readonly type: 'answer' }>): void {
  switch (message.type) {
    case 'show':
      show(message);
      return;
    case 'unavailable':
      page?.charts.dispose();
      page = undefined;
      root.setAttribute('aria-busy', 'false');
      root.replaceChildren(emptyState('This run cannot be shown', message.reason));
      return;
    case 'draw':
      void draw(message.id);
      return;
    case 'predictions':
      page?.predictions.take(message.from, message.items);
      page?.outcome?.take(message.from, message.items);
      return;
    case 'samples':
      page?.samples?.take(message.from, message.items);
      return;
    case 'worst':
      page?.worst?.show(message.items);
      return;
    case 'ratings':
      if (page?.edits.areKnownBy(message.edit) === true) page.predictions.showRatings(message.ratings);
      return;
    default:
      takeRun(message);
  }
}

function takeRun(message: Extract<ToDashboard, { readonly run: number }>): void {
  const run = page?.runs[message.run];
  if (page === undefined || run === undefined) return;
  switch (message.type) {
    case 'status':
      run.status = message.status;
      break;
    case 'steps':
      run.take(message.kept, message.columns);
      break;
    case 'validation':
      run.validation = { step: message.step, loss: message.loss };
      break;
    case 'advice':
      page.advice.show(message.findings);
      break;
    case 'evaluation':
      run.result = message.result;
      if (page.runs.length === 1) {
        page.evaluation.replaceChildren(...(message.result === undefined ? [] : [evaluation(message.result)]));
        page.outcome?.show(message.result);
        if (message.result !== undefined) page.predictions.showRouge(message.result);
      }
      break;
  }
  plan();
}

/** Many messages come at once: they are drawn together with the next frame that is due. */
function plan(): void {
  planned ??= window.setTimeout(
    () => {
      frames.add(drawPage);
    },
    drawnAt + LEAST_PAUSE - performance.now(),
  );
}

function drawPage(): void {
  planned = undefined;
  drawnAt = performance.now();
  page?.update();
  root.setAttribute('aria-busy', 'false');
}

function show({ runs: facts, differences, sweep }: Extract<ToDashboard, { readonly type: 'show' }>): void {
  page?.charts.dispose();
  const kept = host.kept;
  const settings = {
    smoothing: kept?.smoothing ?? DEFAULTS.smoothing,
    logarithmic: kept?.logarithmic ?? DEFAULTS.logarithmic,
  };
  const folders = facts.map(({ folder }) => folder);
  host.keep({ folders, ...settings });
  const runs = facts.map((one) => new ShownRun(one, settings.smoothing));
  const charts = new Charts(runs, frames, settings, (changed) => {
    host.keep({ folders, ...changed });
    // The smoothed loss is also among the figures.
    plan();
  });
  const edits = new Edits();
  const predictions = new Predictions({
    onOpen: (index) => void tell(host.ask('openExample', { index })),
    onRate: (index, rating) => void tell(host.ask('rate', { edit: edits.next(), index, rating })),
  });
  const advice = new AdviceSection((place) => void tell(host.ask('remedy', place)));
  const parts = { runs, charts, predictions, edits, advice, evaluation: element('div') };
  notice.textContent = '';
  const first = runs[0];
  if (runs.length === 1 && first !== undefined) {
    const header = new Header(first, (action) => void tell(host.ask('act', { action })));
    const outcome = new Result((index) => void tell(host.ask('openExample', { index })));
    const values = new ValuesTable(first);
    const samples = new Samples(first);
    const worst = new Worst((place) => void tell(host.ask('openWorst', { place })));
    const curves = element('div', {}, charts.element, values.element);
    const waiting = element('p', { class: 'muted waiting' }, 'The curves appear with the first step.');
    root.replaceChildren(
      header.element,
      notice,
      outcome.element,
      advice.element,
      waiting,
      curves,
      samples.element,
      parts.evaluation,
      predictions.element,
      worst.element,
    );
    const update = (): void => {
      const empty = first.length === 0;
      waiting.hidden = !empty;
      curves.hidden = empty;
      header.update();
      if (!empty) charts.follow();
      values.update();
    };
    page = { ...parts, outcome, samples, worst, update };
  } else {
    const comparison = new Comparison(runs, differences, sweep, {
      onOpen: (run) => void tell(host.ask('openRun', { run })),
      onTake: (run) => void tell(host.ask('takeValues', { run })),
      onAct: (action) => void tell(host.ask('act', { action })),
      onDrawn: () => {
        charts.update();
      },
    });
    root.replaceChildren(comparison.element, notice, charts.element, comparison.differences);
    const update = (): void => {
      comparison.update();
      charts.follow();
    };
    page = { ...parts, outcome: undefined, samples: undefined, worst: undefined, update };
  }
  plan();
}

async function tell(asked: Promise<Outcome<unknown>>): Promise<void> {
  notice.textContent = (await asked).problem ?? '';
}

async function draw(id: number): Promise<void> {
  if (page === undefined) {
    host.answer(id, { problem: 'There are no charts' });
    return;
  }
  const names = page.runs.map(({ facts }) => facts.name);
  const picture = await page.charts.picture(names.length === 1 ? (names[0] ?? '') : `${names.length} runs compared`);
  host.answer(id, given(new Uint8Array(await picture.arrayBuffer())));
}

onThemeChange(() => page?.charts.redraw());
new ResizeObserver(() => page?.charts.resize()).observe(root);
root.replaceChildren(emptyState('Dashboard', 'Loading the run…'));
host.post({ type: 'ready' });
