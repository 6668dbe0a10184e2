import { round } from './numbers';
import { visiblePoints } from './thin';

export interface SvgLine {
  readonly label: string;
  /** Of the class that colours it. */
  readonly kind: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Few values, each a point of its own. */
  readonly dots?: boolean;
}

export interface SvgChart {
  readonly title: string;
  readonly lines: readonly SvgLine[];
  readonly logarithmic?: boolean;
  readonly show?: (value: number) => string;
}

const WIDTH = 720;
const HEIGHT = 236;
const LEFT = 64;
const BOTTOM = 40;
const TOP = 8;

/** A chart of lines over steps, as an SVG that needs no script. The classes of its parts are coloured by the page. */
export function lineChartSvg({ title, lines, logarithmic = false, show = round }: SvgChart): string {
  const drawn = lines.filter(({ x }) => x.length > 0);
  const xs = drawn.flatMap(({ x }) => [x[0]!, x[x.length - 1]!]);
  if (xs.length === 0) return '<p>No values yet.</p>';
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  const at = (value: number): number => (logarithmic ? Math.log10(value) : value);
  const points = drawn.map((line) =>
    visiblePoints(line.x, line.y, from, to, WIDTH - LEFT)
      .map((index) => [line.x[index]!, line.y[index]!] as const)
      .filter(([, y]) => Number.isFinite(at(y))),
  );
  const ys = points.flatMap((line) => line.map(([, y]) => at(y)));
  if (ys.length === 0) return '<p>No values yet.</p>';
  const low = ys.reduce((least, y) => Math.min(least, y), Infinity);
  const high = ys.reduce((most, y) => Math.max(most, y), -Infinity);
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  const [bottom, top] = [low - room, high + room];
  const left = (x: number): string => (LEFT + ((x - from) / (to - from || 1)) * (WIDTH - LEFT - 8)).toFixed(1);
  const down = (y: number): string => (TOP + ((top - y) / (top - bottom || 1)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const yTicks = ticks(bottom, top, 5).map((tick) => {
    const value = logarithmic ? 10 ** tick : tick;
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - 8}" y1="${down(tick)}" y2="${down(tick)}"/><text x="${LEFT - 8}" y="${down(tick)}" dy="4" text-anchor="end">${show(value)}</text>`;
  });
  const xTicks = ticks(from, to, 8)
    .filter((tick) => Number.isInteger(tick))
    .map(
      (tick) =>
        `<text x="${left(tick)}" y="${HEIGHT - 22}" text-anchor="middle">${tick.toLocaleString('en-US')}</text>`,
    );
  xTicks.push(`<text x="${(LEFT + WIDTH - 8) / 2}" y="${HEIGHT - 5}" text-anchor="middle">step</text>`);
  const paths = drawn.map(({ kind, dots }, line) => {
    const all = points[line]!;
    const path = all.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${left(x)} ${down(at(y))}`).join('');
    const circles =
      dots === true ? all.map(([x, y]) => `<circle class="${kind}" cx="${left(x)}" cy="${down(at(y))}" r="3"/>`) : [];
    return `<path class="${kind}" d="${path}"/>${circles.join('')}`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">${[...yTicks, ...xTicks, ...paths].join('')}</svg>`;
}

/** Round values between two, about `wanted` of them: steps of 1, 2 or 5 times a power of ten. */
export function ticks(from: number, to: number, wanted: number): readonly number[] {
  const rough = (to - from) / wanted;
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10);
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
