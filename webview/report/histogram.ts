import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { countOf } from '../../src/base/count-of';
import type { DatasetReport } from '../../src/messages/report';
import { dataTable, element, whole } from '../shared/dom';
import { colour } from '../shared/theme';

const HEIGHT = 220;
/** A limit so many times beyond the longest example is told and not drawn: the bars would be squeezed. */
const FAR = 1.5;

/** Examples by length, with max_seq_length; the same numbers as a table for who cannot see the drawing. */
export class LengthHistogram {
  readonly section: HTMLElement;
  private readonly place: HTMLElement;
  private plot: uPlot | undefined;

  constructor(private readonly report: DatasetReport) {
    const label = `Bar chart of ${countOf(report.examples, 'example')} by length in tokens. ${this.limitText()}`;
    this.place = element('div', { class: 'plot', role: 'img', 'aria-label': label });
    this.section = element(
      'section',
      {},
      element('h2', {}, 'Length'),
      element('p', { class: 'muted' }, this.limitText()),
      this.place,
      element(
        'details',
        { id: 'lengths' },
        element('summary', {}, 'Lengths as a table'),
        dataTable(
          'Examples by length in tokens',
          [{ title: 'Tokens' }, { title: 'Examples', numeric: true }],
          report.histogram.map((bin) => [`${whole(bin.from)} to ${whole(bin.to)}`, whole(bin.examples)]),
        ),
      ),
    );
  }

  /** Draws anew, in the present colours and fonts. */
  draw(): void {
    this.plot?.destroy();
    const { histogram } = this.report;
    const width = (histogram[0]?.to ?? 0) + 1;
    const middles = histogram.map((bin) => bin.from + width / 2);
    const limit = this.report.tokens.maxSeqLength;
    const fits = histogram.map((bin) => (bin.to <= limit ? bin.examples : null));
    const over = histogram.map((bin) => (bin.to > limit ? bin.examples : null));
    const style = getComputedStyle(document.body);
    const font = `${Math.round(parseFloat(style.fontSize) * 0.92)}px ${style.fontFamily}`;
    const axis = { stroke: colour('muted'), font, ticks: { show: false }, grid: { show: false } };
    const bars = uPlot.paths.bars?.({ size: [0.86, 60], radius: 0.12 });
    const series = (label: string, fill: string): uPlot.Series => ({
      label,
      fill,
      stroke: fill,
      width: 0,
      points: { show: false },
      ...(bars === undefined ? {} : { paths: bars }),
    });
    this.plot = new uPlot(
      {
        width: Math.max(200, this.place.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: [0, this.end()] },
          y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.12)] },
        },
        series: [{}, series('fits', colour('accent')), series('cut', colour('over'))],
        axes: [
          { ...axis, size: 28, values: (_plot, values) => values.map(whole) },
          {
            ...axis,
            size: 56,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
            grid: { stroke: colour('edge'), width: 1 },
            values: (_plot, values) => values.map(whole),
          },
        ],
        hooks: {
          draw: [
            (plot) => {
              if (limit <= this.end()) drawLimit(plot, limit, font);
            },
          ],
        },
      },
      [middles, fits, over],
      this.place,
    );
  }

  resize(): void {
    const width = Math.max(200, this.place.clientWidth);
    if (this.plot !== undefined && this.plot.width !== width) this.plot.setSize({ width, height: HEIGHT });
  }

  dispose(): void {
    this.plot?.destroy();
    this.plot = undefined;
  }

  private end(): number {
    const longest = (this.report.histogram.at(-1)?.to ?? 0) + 1;
    const limit = this.report.tokens.maxSeqLength;
    return limit <= longest * FAR ? Math.max(longest, limit * 1.04) : longest;
  }

  private limitText(): string {
    const { maxSeqLength, over, lost, max, estimated } = this.report.tokens;
    const limit = `max_seq_length ${whole(maxSeqLength)}`;
    const longest = `the longest example has ${estimated ? '≈' : ''}${whole(max)} tokens`;
    if (over === 0) return `All examples fit within ${limit}; ${longest}.`;
    const cut = `${whole(over)} ${over === 1 ? 'example is' : 'examples are'} cut at ${limit}`;
    return `${cut}${lost === 0 ? '' : `, ${whole(lost)} of them with no answer left`}; ${longest}.`;
  }
}

function drawLimit(plot: uPlot, limit: number, font: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio;
  const x = Math.round(plot.valToPos(limit, 'x', true));
  const text = `max_seq_length ${whole(limit)}`;
  ctx.save();
  ctx.strokeStyle = colour('foreground');
  ctx.fillStyle = colour('foreground');
  ctx.lineWidth = scale;
  ctx.setLineDash([4 * scale, 3 * scale]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = font.replace(/^(\d+)px/, (_all, size: string) => `${Number(size) * scale}px`);
  ctx.textBaseline = 'top';
  const left = x - bbox.left > ctx.measureText(text).width + 12 * scale;
  ctx.textAlign = left ? 'right' : 'left';
  ctx.fillText(text, x + (left ? -6 : 6) * scale, bbox.top + 2 * scale);
  ctx.restore();
}
