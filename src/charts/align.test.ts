import assert from 'node:assert/strict';
import { it } from 'node:test';
import uPlot from 'uplot';
import { createRandom } from '../base/random';
import { aligned, type Points } from './align';

it('curves are aligned as uPlot joins them', () => {
  const random = createRandom(4);
  for (let round = 0; round < 200; round++) {
    const curves = Array.from({ length: 1 + random.below(4) }, (): Points => {
      const x = Array.from({ length: 30 }, (_, at) => at).filter(() => random.below(3) === 0);
      return { x, y: x.map((at) => (random.below(6) === 0 ? null : at * 1.5)) };
    });
    const { x, y } = aligned(curves);
    const joined = uPlot.join(curves.map((curve): uPlot.AlignedData => [[...curve.x], [...curve.y]]));
    assert.deepEqual([x, ...y], joined.length === 0 ? [[]] : joined);
  }
});
