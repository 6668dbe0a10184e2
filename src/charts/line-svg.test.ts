import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lineChartSvg, ticks } from './line-svg';

describe('charts as SVG', () => {
  it('puts ticks on round values', () => {
    assert.deepEqual(ticks(0.3, 2.6, 5), [0.5, 1, 1.5, 2, 2.5]);
    assert.deepEqual(ticks(1, 60, 8), [10, 20, 30, 40, 50, 60]);
    assert.deepEqual(ticks(3, 3, 5), [3]);
  });

  it('draws 100,000 points in few', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, at) => at);
    const svg = lineChartSvg({ title: 'Loss <b>', lines: [{ label: 'loss', kind: 'train', x, y: x.map(Math.sqrt) }] });
    assert.ok(svg.length < 60_000, `${svg.length} characters`);
    assert.ok(!svg.includes('<b>'));
    assert.ok(!svg.includes('NaN'));
  });

  it('leaves out what a logarithmic scale cannot show', () => {
    const line = { label: '', kind: 'train', x: Float64Array.of(1, 2, 3), y: Float64Array.of(1, 0, 100) };
    const svg = lineChartSvg({ title: 'Loss', lines: [line], logarithmic: true });
    assert.ok(!/NaN|Infinity/.test(svg));
    assert.equal(svg.match(/[ML]\d/g)?.length, 2);
  });

  it('says where there is nothing to draw', () => {
    assert.match(lineChartSvg({ title: 'Loss', lines: [] }), /No values yet/);
  });
});
