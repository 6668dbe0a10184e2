import uPlot from 'uplot';
import { aligned, type Points } from '../../src/charts/align';
import { measured, round } from '../../src/charts/numbers';
import { bandOf, visiblePoints } from '../../src/charts/thin';
import { element } from '../shared/dom';
import { colour } from '../shared/theme';
import { STEPS, type Across } from './across';
import { padded, valueTicks } from './axis';
import { curvePath } from './curve-path';
import { nearest } from './nearest';
import 'uplot/dist/uPlot.min.css';
import './charts.css';

/** One curve: its values are asked for at each drawing, since they grow. */
export interface ChartLine {
  readonly label: string;
  /** Number of its colour. */
  readonly series: number;
  readonly x: () => Float64Array;
  readonly y: () => Float64Array;
  readonly shown?: () => boolean;
  /** Left out of the key's words, where another place says what the colour means. */
  readonly unnamed?: boolean;
  /** Drawn pale and without a name: it stands behind its smoothed self. */
  readonly faint?: boolean;
  readonly dashed?: boolean;
  readonly dots?: boolean;
}

export interface ChartOptions {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly height: number;
  /** Steps unless given. */
  readonly across?: Across;
  readonly show?: (value: number) => string;
  /** What the axis counts in: its ticks are round in it. */
  readonly unit?: number;
  /** The axis ends there, whatever lies above. */
  readonly most?: () => number;
  /** Whether a logarithmic scale applies where one is asked for. */
  readonly scalable?: boolean;
  /** What is under the pointer or the keys: a step; undefined when it leaves. */
  readonly onCursor: (step: number | undefined) => void;
  /** Asks for a part of the steps, or with undefined for all. Without it the chart always shows all. */
  readonly onZoom?: (range: Range | undefined) => void;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** What a plot is given, and which of its curves are bands. */
interface Prepared {
  readonly data: uPlot.AlignedData;
  readonly banded: readonly boolean[];
}

export const SERIES_COLOURS = 6;
const AXIS = 62;
const TOP = 10;
/** Of the name of what runs along the bottom. */
const NAME = 16;
/** The last step's number is wider than its half of a tick. */
const RIGHT = 26;

/**
 * Curves over steps, or over what else runs along the bottom. Only what shows at this width is drawn, so that a long run costs no more than a short one. The pointer or the
 * arrow keys choose a step whose values are told beside the names of the curves.
 */
export class LineChart {
  readonly element: HTMLElement;
  private readonly place = element('div', { class: 'plot' });
  private readonly readings: readonly HTMLElement[];
  private plot: uPlot | undefined;
  /** Which curves of the plot are drawn as a band. */
  private banded: readonly boolean[] = [];
  private prepared: Prepared | undefined;
  private range: Range = { from: 0, to: 1 };
  private logarithmic = false;
  private cursor: number | undefined;
  private readonly across: Across;

  constructor(private readonly options: ChartOptions) {
    const { title, lines, across = STEPS } = options;
    this.across = across;
    const named = lines.filter(({ faint }) => faint !== true);
    this.readings = named.map(() => element('output', { class: 'reading' }));
    const key = element(
      'ul',
      { class: 'key' },
      ...named.map((line, at) =>
        element(
          'li',
          {},
          element('span', { class: `swatch colour-series-${line.series}${line.dashed === true ? ' dashed' : ''}` }),
          line.unnamed === true ? undefined : element('span', { class: 'muted' }, line.label),
          this.readings[at],
        ),
      ),
    );
    this.place.setAttribute('role', 'slider');
    this.place.setAttribute('tabindex', '0');
    this.place.setAttribute('aria-label', `${title} by ${across.name}`);
    this.place.addEventListener('keydown', (event) => {
      this.onKey(event);
    });
    this.element = element('figure', {}, element('figcaption', {}, element('h3', {}, title), key), this.place);
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.plot?.ctx.canvas;
  }

  get title(): string {
    return this.options.title;
  }

  /** Draws anew, in the present colours and fonts. */
  draw(range: Range, logarithmic: boolean): void {
    this.range = range;
    this.logarithmic = logarithmic && this.options.scalable === true;
    this.plot?.destroy();
    this.prepared = undefined;
    const width = this.width();
    const { data, banded } = this.curves(width);
    this.banded = banded;
    this.plot = new uPlot(this.plotOptions(width), data, this.place);
    this.point(this.cursor);
  }

  /** Follows values that have changed. */
  update(range: Range): void {
    this.prepare(range);
    this.show();
  }

  /** The first half of an update: what is to be drawn. */
  prepare(range: Range): void {
    this.range = range;
    if (this.plot !== undefined) this.prepared = this.curves(this.plot.width);
  }

  /** The second half: draws it. */
  show(): void {
    if (this.prepared !== undefined) {
      this.banded = this.prepared.banded;
      this.plot?.setData(this.prepared.data);
      this.prepared = undefined;
    }
    this.point(this.cursor);
  }

  resize(): void {
    const width = this.width();
    if (this.plot === undefined || this.plot.width === width) return;
    this.plot.setSize({ width, height: this.options.height + NAME });
    this.update(this.range);
  }

  /** Shows where `step` is, and its values; the last ones for undefined. */
  point(step: number | undefined): void {
    this.cursor = step;
    const { plot, options } = this;
    const show = options.show ?? measured;
    const named = options.lines.filter(({ faint }) => faint !== true);
    const told: string[] = [];
    for (const [at, line] of named.entries()) {
      const x = line.x();
      const index = step === undefined ? x.length - 1 : nearest(x, step);
      const value = index === undefined ? NaN : (line.y()[index] ?? NaN);
      const text = Number.isFinite(value) ? show(value) : '–';
      if (this.readings[at]!.textContent !== text) this.readings[at]!.textContent = text;
      told.push(`${line.label} ${text}`);
    }
    const { from, to } = this.range;
    const { name, show: shown, snap } = this.across;
    this.place.setAttribute('aria-valuemin', String(snap(from)));
    this.place.setAttribute('aria-valuemax', String(snap(to)));
    this.place.setAttribute('aria-valuenow', String(snap(step ?? to)));
    this.place.setAttribute('aria-valuetext', `${name} ${shown(step ?? to)}: ${told.join(', ')}`);
    if (plot === undefined) return;
    const left = step === undefined || step < from || step > to ? -10 : plot.valToPos(step, 'x');
    if (plot.cursor.left !== left) plot.setCursor({ left, top: 0 }, false);
  }

  dispose(): void {
    this.plot?.destroy();
    this.plot = undefined;
  }

  private width(): number {
    return Math.max(160, this.place.clientWidth);
  }

  /** @param width of the chart: asking the page for it makes it lay itself out */
  private curves(width: number): Prepared {
    const { from, to } = this.range;
    const columns = width - AXIS - RIGHT;
    const banded: boolean[] = [];
    const curves = this.options.lines.map((line, number): Points => {
      if (line.shown?.() === false) return { x: [], y: [] };
      const [x, y] = [line.x(), line.y()];
      const above = this.logarithmic ? 0 : -Infinity;
      const band = bandOf(x, y, from, to, columns, above);
      banded[number] = band !== undefined;
      if (band !== undefined) return band;
      const points = visiblePoints(x, y, from, to, columns);
      const value = (at: number): number | null => (y[at]! > above && y[at]! < Infinity ? y[at]! : null);
      return { x: points.map((at) => x[at]!), y: points.map(value) };
    });
    const { x, y } = aligned(curves);
    return { data: [x, ...y], banded };
  }

  private plotOptions(width: number): uPlot.Options {
    const style = getComputedStyle(document.body);
    const font = `${Math.round(parseFloat(style.fontSize) * 0.88)}px ${style.fontFamily}`;
    const axis = { stroke: colour('muted'), font, ticks: { show: false } };
    const { lines, height, show = round, unit = 1, most, onZoom } = this.options;
    const { across } = this;
    return {
      width,
      height: height + NAME,
      padding: [TOP, RIGHT, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: onZoom !== undefined, y: false, setScale: false },
        bind: {
          dblclick: () => () => {
            onZoom?.(undefined);
            return null;
          },
        },
      },
      scales: {
        x: { time: false, range: () => [this.range.from, this.range.to] },
        y: {
          // uPlot's enum exists in its types alone, so its members cannot be named where each file is compiled by itself.
          // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
          distr: this.logarithmic ? 3 : 1,
          range: (_plot, low: number | null, high: number | null) =>
            padded(low, high === null || most === undefined ? high : Math.min(high, most()), this.logarithmic),
        },
      },
      axes: [
        {
          ...axis,
          size: 26,
          label: across.name,
          labelFont: font,
          labelSize: NAME,
          labelGap: -4,
          grid: { show: false },
          splits: (plot, _axis, low, high) => across.ticks(low, high, Math.max(2, plot.width / 80)),
          values: (_plot, values) => values.map(across.show),
        },
        {
          ...axis,
          size: AXIS,
          gap: 8,
          grid: { stroke: withAlpha(colour('foreground'), 0.12), width: 1 },
          splits: (plot, _axis, low, high) =>
            valueTicks(low / unit, high / unit, plot.height / 44, this.logarithmic).map((tick) => tick * unit),
          filter: (_plot, values) => values,
          values: (_plot, values) => values.map((value) => show(value)),
        },
      ],
      series: [
        {},
        ...lines.map(({ series, faint, dashed, dots }, number): uPlot.Series => {
          const solid = colour(`series-${series}`);
          const stroke = faint === true ? withAlpha(solid, 0.32) : solid;
          return {
            stroke,
            width: faint === true ? 1 : 1.6,
            spanGaps: true,
            paths: curvePath(stroke, () => this.banded[number] === true),
            points: { show: dots === true, size: 6, fill: solid },
            ...(dashed === true ? { dash: [5, 4] } : {}),
          };
        }),
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const left = plot.cursor.left ?? -1;
            const step = left < 0 ? undefined : across.snap(plot.posToVal(left, 'x'));
            this.options.onCursor(step);
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 4) return;
            const range = { from: plot.posToVal(left, 'x'), to: plot.posToVal(left + width, 'x') };
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            onZoom?.(range);
          },
        ],
      },
    };
  }

  private onKey(event: KeyboardEvent): void {
    const { from, to } = this.range;
    const { snap, stride } = this.across;
    const { onZoom } = this.options;
    const now = this.cursor ?? to;
    const far = Math.max(stride, (to - from) / 10);
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: now - (event.shiftKey ? far : stride),
      ArrowRight: now + (event.shiftKey ? far : stride),
      PageDown: now - far,
      PageUp: now + far,
      Home: from,
      End: to,
    };
    const target = moves[event.key];
    if (target !== undefined) {
      this.options.onCursor(snap(Math.min(to, Math.max(from, target))));
    } else if (onZoom === undefined) {
      return;
    } else if (event.key === '+' || event.key === '-') {
      const half = ((to - from) / 2) * (event.key === '+' ? 0.5 : 2);
      onZoom({ from: now - half, to: now + half });
    } else if (event.key === 'Escape' || event.key === '0') {
      onZoom(undefined);
    } else {
      return;
    }
    event.preventDefault();
  }
}

function withAlpha(rgb: string, alpha: number): string {
  const [red, green, blue] = rgb.match(/[\d.]+/g) ?? [];
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}
