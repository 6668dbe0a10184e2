import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lineChartSvg, ticks } from './line-svg';

/** What is drawn of each line. */
function pathsOf(svg: string): string[] {
  return [...svg.matchAll(/<path class="train" d="([^"]*)"/g)].map(([, path]) => path!);
}

function labelsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, label]) => label!);
}

describe('charts as SVG', () => {
  it('puts ticks on round values', () => {
    assert.deepEqual(ticks(0.3, 2.6, 5), [0.5, 1, 1.5, 2, 2.5]);
    assert.deepEqual(ticks(1, 60, 8), [10, 20, 30, 40, 50, 60]);
    assert.deepEqual(ticks(3, 3, 5), [3]);
  });

  it('draws a line through its points, with the values of its axes, and dots where asked for', () => {
    const line = { label: '', kind: 'train', x: Float64Array.of(0, 5, 10), y: Float64Array.of(1, 3, 2) };
    const svg = lineChartSvg({ title: 'Loss', lines: [line] });
    assert.deepEqual(pathsOf(svg), ['M64.0 185.9L388.0 18.1L712.0 102.0']);
    assert.deepEqual(labelsOf(svg), ['1', '1.5', '2', '2.5', '3', '0', '2', '4', '6', '8', '10', 'step']);
    assert.doesNotMatch(svg, /<circle/);
    const dotted = lineChartSvg({ title: 'Loss', lines: [{ ...line, dots: true }] });
    assert.deepEqual(
      [...dotted.matchAll(/<circle class="train" cx="([^"]*)" cy="([^"]*)"/g)].map(([, x, y]) => `${x} ${y}`),
      ['64.0 185.9', '388.0 18.1', '712.0 102.0'],
    );
  });

  it('draws no axis of values that nobody measured', () => {
    const line = { label: '', kind: 'train', x: Float64Array.of(0, 5), y: Float64Array.of(NaN, NaN) };
    assert.equal(lineChartSvg({ title: 'Peak memory', lines: [line] }), '<p>No values yet.</p>');
    const zero = { ...line, y: Float64Array.of(0, -1) };
    assert.equal(lineChartSvg({ title: 'Loss', lines: [zero], logarithmic: true }), '<p>No values yet.</p>');
  });

  it('draws 100,000 points in few, from edge to edge', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, at) => at);
    const svg = lineChartSvg({ title: 'Loss <b>', lines: [{ label: 'loss', kind: 'train', x, y: x.map(Math.sqrt) }] });
    assert.ok(svg.length < 60_000, `${svg.length} characters`);
    assert.match(svg, /aria-label="Loss &#60;b&#62;"/);
    const [path = ''] = pathsOf(svg);
    const points = path
      .slice(1)
      .split('L')
      .map((point) => point.split(' ').map(Number));
    assert.ok(points.length > 600, `${points.length} points`);
    assert.deepEqual(
      [points[0], points.at(-1)],
      [
        [64, 185.9],
        [712, 18.1],
      ],
    );
    for (const [at, [left, down]] of points.entries()) {
      const [before, below] = points[at - 1] ?? [64, 186];
      assert.ok(left! >= before! && down! <= below!, `point ${at}: ${left}, ${down}`);
    }
  });

  it('leaves out what a logarithmic scale cannot show', () => {
    const line = { label: '', kind: 'train', x: Float64Array.of(1, 2, 3), y: Float64Array.of(1, 0, 100) };
    const svg = lineChartSvg({ title: 'Loss', lines: [line], logarithmic: true });
    assert.deepEqual(pathsOf(svg), ['M64.0 185.9L712.0 18.1']);
    assert.doesNotMatch(svg, /NaN|Infinity/);
  });

  it('says where there is nothing to draw', () => {
    assert.match(lineChartSvg({ title: 'Loss', lines: [] }), /No values yet/);
  });
});
