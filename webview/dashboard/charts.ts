import { memory, whole } from '../../src/charts/numbers';
import { element } from '../shared/dom';
import type { FrameQueue } from '../shared/frame-queue';
import { colour } from '../shared/theme';
import { baseName } from './header';
import { LineChart, SERIES_COLOURS, type ChartLine, type Range } from '../charts/line-chart';
import type { ShownRun } from './shown-run';

const TALL = 280;
const LOW = 150;
/** New values that move nothing by a pixel wait this long for others to be drawn with, ms. */
const LONGEST_WAIT = 1000;
/** A part of fewer steps than this shows no curve any more. */
const SHORTEST = 2;

export interface ChartSettings {
  readonly smoothing: number;
  readonly logarithmic: boolean;
}

/** The curves of one or several runs, with one cursor and one range of steps for all charts. */
export class Charts {
  readonly element: HTMLElement;
  private readonly charts: readonly LineChart[];
  private readonly reset = element('vscode-button', { secondary: '', hidden: '' }, 'Show All Steps');
  private readonly place = element('output', { class: 'muted place' });
  private zoom: Range | undefined;
  private cursor: number | undefined;
  private drawn = false;
  /** What was drawn last: the end of the range, the number of validation losses, and when. */
  private last = { to: 0, evaluations: 0, at: -Infinity };
  private waiting: number | undefined;
  /** Each chart's two halves of following. */
  private readonly turns: readonly (() => void)[];
  private readonly shows: readonly (() => void)[];
  /** Of a chart, in pixels: asking the page for it makes it lay itself out. */
  private width = 0;

  constructor(
    private readonly runs: readonly ShownRun[],
    private readonly frames: FrameQueue,
    private settings: ChartSettings,
    private readonly onSettings: (settings: ChartSettings) => void,
  ) {
    const chart = (
      title: string,
      height: number,
      lines: readonly ChartLine[],
      more: { readonly show?: (value: number) => string; readonly unit?: number; readonly scalable?: boolean } = {},
    ): LineChart =>
      new LineChart({
        title,
        height,
        lines,
        ...more,
        onCursor: (step) => {
          this.point(step);
        },
        onZoom: (range) => {
          this.zoomTo(range);
        },
      });
    const of = (title: string, column: Parameters<ShownRun['column']>[0]): readonly ChartLine[] =>
      runs.map((run, at) => ({
        label: runs.length === 1 ? title : run.facts.name,
        unnamed: true,
        series: at % SERIES_COLOURS,
        x: () => run.column('step'),
        y: () => run.column(column),
        shown: () => run.drawn,
      }));
    this.charts = [
      chart(
        onDifferentData(runs) ? 'Loss, on different data: not comparable' : 'Loss',
        TALL,
        runs.length === 1 ? lossOfOne(runs[0]!) : lossOfMany(runs),
        { scalable: true },
      ),
      chart('Learning rate', LOW, of('Learning rate', 'learning_rate')),
      chart('Gradient norm', LOW, of('Gradient norm', 'grad_norm'), { scalable: true }),
      chart('Tokens per second', LOW, of('Tokens per second', 'tokens_per_second'), { show: whole }),
      chart('Peak memory', LOW, of('Peak memory', 'peak_memory'), { show: memory, unit: 2 ** 20 }),
    ];
    this.shows = this.charts.map((one) => () => {
      one.show();
    });
    this.turns = this.charts.map((one, at) => () => {
      one.prepare(this.range());
      this.frames.add(this.shows[at]!);
    });
    this.reset.addEventListener('click', () => {
      this.zoomTo(undefined);
      this.charts[0]?.element.querySelector<HTMLElement>('.plot')?.focus();
    });
    const [first, ...others] = this.charts.map((one) => one.element);
    this.element = element(
      'section',
      { class: 'curves' },
      element('div', { class: 'head' }, element('h2', {}, 'Curves'), this.toolbar()),
      first,
      element('div', { class: 'small' }, ...others),
      element(
        'p',
        { class: 'muted hint' },
        'Drag across a chart to zoom in, double-click to show all steps. With the keyboard: arrow keys move along the steps, + and - zoom in and out, Escape shows all.',
      ),
    );
  }

  /** Follows new values: in a long run a few steps more are told at once, and drawn when they show. */
  follow(): void {
    const { from, to } = this.whole();
    const now = performance.now();
    const moved = ((to - this.last.to) / (to - from)) * this.width;
    const wait = this.last.at + LONGEST_WAIT - now;
    if (!this.drawn) {
      this.update();
      return;
    }
    if (Math.abs(moved) >= 1 || this.evaluations() !== this.last.evaluations || wait <= 0) {
      this.updateInTurn();
      return;
    }
    for (const chart of this.charts) chart.point(this.cursor);
    this.waiting ??= window.setTimeout(() => {
      this.updateInTurn();
    }, wait);
  }

  /** Draws the present values. */
  update(): void {
    this.stopFollowing();
    this.noteDrawn();
    const range = this.range();
    for (const chart of this.charts) {
      if (this.drawn) chart.update(range);
      else chart.draw(range, this.settings.logarithmic);
    }
    this.drawn = true;
    this.tellPlace();
  }

  /** Draws the present values, half a chart in each frame. */
  private updateInTurn(): void {
    window.clearTimeout(this.waiting);
    this.waiting = undefined;
    this.noteDrawn();
    for (const turn of this.turns) this.frames.add(turn);
  }

  private noteDrawn(): void {
    this.last = { to: this.whole().to, evaluations: this.evaluations(), at: performance.now() };
  }

  private stopFollowing(): void {
    window.clearTimeout(this.waiting);
    this.waiting = undefined;
    for (const job of [...this.turns, ...this.shows]) this.frames.remove(job);
  }

  /** In the present colours. */
  redraw(): void {
    this.drawn = false;
    this.update();
  }

  resize(): void {
    this.width = this.element.clientWidth;
    for (const chart of this.charts) chart.resize();
  }

  dispose(): void {
    this.stopFollowing();
    for (const chart of this.charts) chart.dispose();
  }

  /** All charts as one picture, titles and names of curves included. */
  async picture(title: string): Promise<Blob> {
    const scale = devicePixelRatio;
    const gap = 16 * scale;
    const line = 24 * scale;
    const canvases = this.charts.map((chart) => ({ chart, canvas: chart.canvas! }));
    const names = this.runs.length === 1 ? [] : this.runs.map(({ facts }) => facts.name);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(...canvases.map((one) => one.canvas.width)) + 2 * gap;
    const heights = canvases.reduce((sum, one) => sum + one.canvas.height + line + gap, 0);
    canvas.height = heights + (names.length + 1) * line + 2 * gap;
    const context = canvas.getContext('2d')!;
    context.fillStyle = colour('background');
    context.fillRect(0, 0, canvas.width, canvas.height);
    const family = getComputedStyle(document.body).fontFamily;
    const write = (text: string, at: number, kind: string, weight: number, size: number): void => {
      context.fillStyle = colour(kind);
      context.font = `${weight} ${size * scale}px ${family}`;
      context.fillText(text, gap, at);
    };
    let down = gap + line * 0.75;
    write(title, down, 'foreground', 600, 17);
    for (const [at, name] of names.entries()) {
      down += line;
      write(`● ${name}`, down, `series-${at % SERIES_COLOURS}`, 400, 13);
    }
    for (const { chart, canvas: drawn } of canvases) {
      down += line + gap;
      write(chart.title, down - 6 * scale, 'foreground', 600, 13);
      context.drawImage(drawn, gap, down);
      down += drawn.height;
    }
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob === null) reject(new Error('the picture could not be made'));
        else resolve(blob);
      }, 'image/png');
    });
  }

  private toolbar(): HTMLElement {
    const { smoothing, logarithmic } = this.settings;
    const slider = element('input', {
      type: 'range',
      min: '0',
      max: '0.999',
      step: '0.001',
      value: String(smoothing),
    }) as HTMLInputElement;
    const told = element('output', { class: 'amount' }, shownWeight(smoothing));
    slider.addEventListener('input', () => {
      const weight = Number(slider.value);
      told.textContent = shownWeight(weight);
      for (const run of this.runs) run.smooth(weight);
      this.change({ ...this.settings, smoothing: weight });
      this.update();
    });
    const box = element('input', { type: 'checkbox' }) as HTMLInputElement;
    box.checked = logarithmic;
    box.addEventListener('change', () => {
      this.change({ ...this.settings, logarithmic: box.checked });
      this.redraw();
    });
    return element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'How curves are drawn' },
      this.place,
      this.reset,
      element('label', {}, 'Smoothing', slider, told),
      element('label', {}, box, 'Log scale'),
    );
  }

  private change(settings: ChartSettings): void {
    this.settings = settings;
    this.onSettings(settings);
  }

  private range(): Range {
    return this.zoom ?? this.whole();
  }

  private whole(): Range {
    const ends = this.runs.flatMap((run) => {
      const step = run.column('step');
      return step.length === 0 ? [] : [step[0]!, step[step.length - 1]!, ...run.validation.step];
    });
    if (ends.length === 0) return { from: 0, to: 1 };
    const [from, to] = [Math.min(...ends), Math.max(...ends)];
    return from === to ? { from: from - 1, to: to + 1 } : { from, to };
  }

  private evaluations(): number {
    return this.runs.reduce((sum, run) => sum + run.validation.step.length, 0);
  }

  private zoomTo(range: Range | undefined): void {
    const all = this.whole();
    const from = Math.max(all.from, range?.from ?? all.from);
    const to = Math.min(all.to, range?.to ?? all.to);
    if (to - from < SHORTEST) return;
    this.zoom = range === undefined || (from === all.from && to === all.to) ? undefined : { from, to };
    this.reset.toggleAttribute('hidden', this.zoom === undefined);
    this.update();
  }

  private point(step: number | undefined): void {
    if (step === this.cursor) return;
    this.cursor = step;
    for (const chart of this.charts) chart.point(step);
    this.tellPlace();
  }

  private tellPlace(): void {
    const text = this.cursor === undefined ? '' : `Step ${whole(this.cursor)}`;
    if (this.place.textContent !== text) this.place.textContent = text;
  }
}

function lossOfOne(run: ShownRun): readonly ChartLine[] {
  const x = (): Float64Array => run.column('step');
  return [
    { label: 'raw', series: 0, x, y: () => run.column('loss'), faint: true },
    { label: 'training, smoothed', series: 0, x, y: () => run.smoothed.values },
    {
      label: 'validation',
      series: 1,
      x: () => run.validation.step,
      y: () => run.validation.loss,
      dots: true,
    },
  ];
}

function lossOfMany(runs: readonly ShownRun[]): readonly ChartLine[] {
  const different = onDifferentData(runs);
  return runs.flatMap((run, at): readonly ChartLine[] => {
    const of = { series: at % SERIES_COLOURS, shown: () => run.drawn };
    const name = different ? `${run.facts.name} (${baseName(run.facts.dataset)})` : run.facts.name;
    return [
      { ...of, label: `${name}, smoothed`, x: () => run.column('step'), y: () => run.smoothed.values },
      {
        ...of,
        label: runs.length > 2 ? 'validation' : `${name}, validation`,
        x: () => run.validation.step,
        y: () => run.validation.loss,
        dashed: true,
        dots: true,
      },
    ];
  });
}

/** Losses on other examples, or other parts of them, say nothing of one another. */
function onDifferentData(runs: readonly ShownRun[]): boolean {
  return new Set(runs.map(({ facts }) => facts.data)).size > 1;
}

/** Close to 1, every further digit tells. */
function shownWeight(weight: number): string {
  return weight.toFixed(weight > 0.99 ? 3 : 2);
}
