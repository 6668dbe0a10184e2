import type { RateTest } from '../../src/messages/rates';
import { rateText } from '../../src/train/rates/suggest';
import type { Across } from '../charts/across';
import { LineChart, type ChartLine, type Range } from '../charts/line-chart';
import { nearest } from '../charts/nearest';

const HEIGHT = 320;
/** What lies above so many times the loss at the beginning is training gone to pieces: it is not drawn to scale. */
const HIGHEST = 1.6;

/** The loss over the learning rate, whose logarithm runs along the bottom, with the rates that matter as points on the curve. */
export class RateChart {
  readonly chart: LineChart;
  private readonly from: number;
  private readonly stride: number;
  private cursor: number | undefined;

  /** @param test of two steps at least: what the second is times the first, each is times the one before */
  constructor(private test: RateTest) {
    const [first, second] = test.rates.subarray(0, 2).map(Math.log10);
    this.from = first!;
    this.stride = second! - first!;
    this.chart = new LineChart({
      title: 'Loss',
      height: HEIGHT,
      across: this.across(),
      most: () => HIGHEST * (this.test.smoothed[0] ?? Infinity),
      lines: [
        { label: 'raw', series: 0, x: () => this.x(), y: () => this.test.losses, faint: true },
        { label: 'smoothed', series: 0, x: () => this.x(), y: () => this.test.smoothed },
        this.point('configuration', 3, ({ now }) => now),
        this.point('lowest', 1, ({ lowest }) => lowest),
        this.point('suggested', 2, ({ suggested }) => suggested),
      ],
      onCursor: (place) => {
        this.cursor = place;
        this.chart.point(place);
      },
    });
  }

  /** Whether a test goes on from the one that is drawn. */
  continues(test: RateTest): boolean {
    return test.rates.length >= this.test.rates.length && test.rates[0] === this.test.rates[0];
  }

  draw(): void {
    this.chart.draw(this.range(), false);
  }

  update(test: RateTest): void {
    this.test = test;
    this.chart.update(this.range());
    this.chart.point(this.cursor);
  }

  private x(): Float64Array {
    return this.test.rates.map(Math.log10);
  }

  /** A rate as a point on the curve, where the test has come to it. */
  private point(label: string, series: number, of: (test: RateTest) => number | undefined): ChartLine {
    const place = (): number | undefined => {
      const rate = of(this.test);
      const { rates } = this.test;
      const within = rate !== undefined && rate >= rates[0]! && rate <= rates[rates.length - 1]!;
      return within ? Math.log10(rate) : undefined;
    };
    return {
      label,
      series,
      dots: true,
      x: () => columnOf(place()),
      y: () => {
        const at = place();
        const index = at === undefined ? undefined : nearest(this.x(), at);
        return columnOf(index === undefined ? undefined : this.test.smoothed[index]);
      },
    };
  }

  /** All rates of the test while it works: the curve grows into its place. */
  private range(): Range {
    const { phase, total, rates } = this.test;
    const steps = phase === 'working' && total !== undefined ? total : rates.length;
    return { from: this.from, to: this.from + this.stride * (steps - 1) };
  }

  private across(): Across {
    const { from, stride } = this;
    return {
      name: 'learning rate',
      show: (place) => rateText(10 ** place),
      ticks: (low, high) => {
        const first = Math.ceil(low);
        return Array.from({ length: Math.max(0, Math.floor(high) - first + 1) }, (_, at) => first + at);
      },
      snap: (place) => from + Math.round((place - from) / stride) * stride,
      stride,
    };
  }
}

function columnOf(value: number | undefined): Float64Array {
  return value === undefined ? new Float64Array() : Float64Array.of(value);
}
