import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { assertClose, numericalGradient, randomIndices, randoms } from './numbers';
import * as reference from './reference';

export function lossSuite(device: () => Device): void {
  void describe('crossEntropy', () => {
    for (const [rows, vocab] of [
      [1, 1],
      [3, 7],
      [4, 33],
      [2, 5001],
    ] as const) {
      void it(`loss and gradient, ${rows} rows of ${vocab}`, () =>
        onBench(device(), async (b) => {
          const logits = randoms(rows * vocab, 1, 9);
          const targets = randomIndices(rows, vocab, 2);
          const [x, nll, ids] = [b.floats(logits), b.zeros(rows), b.indices(targets)];
          b.kernels.crossEntropy(nll, x, ids, rows, vocab);
          assertClose(await b.read(nll), reference.crossEntropy(logits, targets, rows, vocab), 1e-6, 'nll');
          assertClose(await b.read(x), logits, 0, 'logits without gradScale');
          b.kernels.crossEntropy(nll, x, ids, rows, vocab, 0.25);
          assertClose(await b.read(nll), reference.crossEntropy(logits, targets, rows, vocab), 1e-6, 'nll again');
          const got = await b.read(x);
          // Differences row by row: a row's loss depends on nothing else.
          for (let r = 0; r < rows; r++) {
            const row = logits.subarray(r * vocab, (r + 1) * vocab);
            const few = vocab > 100 ? [0, 1, 17, vocab - 1, targets[r]!] : Array.from(row.keys());
            const at = Float64Array.from(few, (i) => row[i]!);
            const gradient = numericalGradient((z) => {
              const moved = Float64Array.from(row);
              few.forEach((i, j) => {
                moved[i] = z[j]!;
              });
              return 0.25 * reference.crossEntropy(moved, [targets[r]!], 1, vocab)[0]!;
            }, at);
            const seen = few.map((i) => got[r * vocab + i]!);
            assertClose(seen, gradient, 1e-6, `gradient of row ${r}`);
          }
        }));
    }

    void it('holds for logits far from 0 and for -inf', () =>
      onBench(device(), async (b) => {
        const logits = Float32Array.from([5000, 4990, -5000, -Infinity, -90, -95, -100, -300]);
        const nll = b.zeros(2);
        const x = b.floats(logits);
        b.kernels.crossEntropy(nll, x, b.indices([1, 0]), 2, 4, 1);
        assertClose(await b.read(nll), reference.crossEntropy(logits, [1, 0], 2, 4), 1e-6, 'nll');
        const gradient = await b.read(x);
        assert.equal(gradient[3], 0);
        const sums = [0, 4].map((at) => gradient.subarray(at, at + 4).reduce((a, c) => a + c, 0));
        assertClose(sums, [0, 0], 1e-6, 'sum of a row of the gradient');
      }));

    void it('gives NaN for a row that holds one, wherever it stands', () =>
      onBench(device(), async (b) => {
        for (const place of [0, 16, 40, 46]) {
          const logits = randoms(2 * 47, 3);
          logits[place] = NaN;
          const nll = b.zeros(2);
          b.kernels.crossEntropy(nll, b.floats(logits), b.indices([5, 6]), 2, 47);
          const got = await b.read(nll);
          assert.ok(Number.isNaN(got[0]) && !Number.isNaN(got[1]), `place ${place}: ${String(got)}`);
        }
      }));
  });
}
