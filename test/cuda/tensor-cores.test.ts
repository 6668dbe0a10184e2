import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { openDevice } from '../../src/compute/registry';
import { atLeastOne } from '../at-least-one';
import { onBench } from '../conformance/bench';
import { exercise } from '../conformance/exercise';
import { assertClose, randoms } from '../conformance/numbers';

/** Beyond what is summed in fp32, in several tiles and none of them whole. */
const [M, N, K, RANK] = [131, 150, 75, 9];

describe('large products on tensor cores', () => {
  let devices: readonly Device[];
  before(async () => {
    devices = [await openDevice('cuda'), await openDevice('cpu')];
  });

  for (const form of ['f32', 'bf16', 'f16', 'nf4', 'nested nf4'] as const) {
    it(`are as exact as in fp32, with weights in ${form}, forward and back, with a thin product beside them`, async () => {
      const [here, there] = await Promise.all(
        devices.map((device) =>
          onBench(device, async (b) => {
            const values = randoms(N * K, 1, 0.3);
            const w =
              form === 'nf4' || form === 'nested nf4'
                ? b.nf4(b.floats(values), N, K, form === 'nested nf4')
                : b.matrix(form, values, N, K);
            const [x, dy, p] = [
              b.floats(randoms(M * K, 2, 4)),
              b.floats(randoms(M * N, 3)),
              b.floats(randoms(M * RANK, 4)),
            ];
            const [y, dx] = [b.floats(randoms(M * N, 5)), b.zeros(M * K)];
            const forward = { p, u: b.matrix('f32', randoms(N * RANK, 6), N, RANK), alpha: 0.5 };
            b.kernels.linear(y, x, w, M, { alpha: -2, beta: 1, delta: forward });
            const backward = { p, u: b.matrix('f32', randoms(RANK * K, 7), RANK, K), alpha: 3 };
            b.kernels.linearBackwardInput(dx, dy, w, M, { delta: backward });
            return [await b.read(y), await b.read(dx)];
          }),
        ),
      );
      for (const [i, name] of ['y', 'dx'].entries()) assertClose(here![i]!, there![i]!, 1e-5, name);
    });
  }

  it('and every other kernel compute as the processor does, over several blocks, tiles and sequences', async () => {
    const [results, expected] = [await exercise(devices[0]!), await exercise(devices[1]!)];
    // Of sums of 211 products, whose parts reach 15, both sides are rounded.
    for (const [name, values] of atLeastOne(results.entries())) assertClose(values, expected.get(name)!, 3e-5, name);
  });

  it('sum gradients of weights as exactly', async () => {
    const [here, there] = await Promise.all(
      devices.map((device) =>
        onBench(device, (b) => {
          const dw = b.floats(randoms(N * M, 1));
          const [dy, x] = [b.floats(randoms(K * N, 2)), b.floats(randoms(K * M, 3))];
          b.kernels.linearBackwardWeight(dw, dy, x, K, N, M, { alpha: 0.25, beta: 1 });
          return b.read(dw);
        }),
      ),
    );
    assertClose(here!, there!, 1e-5, 'dw');
  });

  it('let what is not finite through, and nothing else become so', () =>
    onBench(devices[0]!, async (b) => {
      const x = new Float32Array(M * K).fill(1);
      x[0] = Infinity;
      x[K] = NaN;
      x[2 * K] = 1e30;
      const y = b.zeros(M * N);
      b.kernels.linear(y, b.floats(x), b.matrix('f32', new Float32Array(N * K).fill(1), N, K), M);
      const got = await b.read(y);
      for (const row of [0, 1]) assert.ok(!Number.isFinite(got[row * N]), `row ${row}: ${got[row * N]!}`);
      assertClose([got[3 * N]!], [K], 1e-6, 'a row beside them');
      assertClose([got[2 * N]! / 1e30], [1], 1e-5, 'a row with a large number');
    }));
});
