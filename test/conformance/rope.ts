import { describe, it } from 'node:test';
import type { Device } from '../../src/compute/device';
import { onBench } from './bench';
import { assertClose, dot, numericalGradient, randomIndices, randoms } from './numbers';
import * as reference from './reference';

export function ropeSuite(device: () => Device): void {
  void describe('rope', () => {
    for (const [tokens, heads, headDim, rotated] of [
      [1, 1, 2, 2],
      [5, 3, 10, 10],
      [11, 2, 64, 64],
      [37, 3, 80, 80],
      [7, 3, 24, 18],
      [9, 2, 96, 72],
    ] as const) {
      void it(`turns pairs of halves, ${tokens} tokens, ${heads} heads of ${headDim}, ${rotated} of them, and back`, () =>
        onBench(device(), async (b) => {
          const half = rotated / 2;
          const places = 23;
          const table = randoms(places * half, 1, 3);
          const positions = randomIndices(tokens, places, 2);
          const angles = Float64Array.from(
            { length: tokens * half },
            (_, i) => table[positions[Math.floor(i / half)]! * half + (i % half)]!,
          );
          const others = randoms(tokens * 2 * headDim, 5);
          const [x, dy] = [randoms(tokens * heads * headDim, 3), randoms(tokens * heads * headDim, 4)];
          const cos = b.floats(Float64Array.from(table, Math.cos));
          const sin = b.floats(Float64Array.from(table, Math.sin));
          const at = b.indices(positions);
          const y = b.floats(x);
          const beside = b.floats(others);
          const turned = [
            { x: y, heads },
            { x: beside, heads: 2 },
          ];
          b.kernels.rope(turned, cos, sin, at, tokens, headDim, false, rotated);
          assertClose(await b.read(y), reference.rope(x, angles, tokens, heads, headDim, rotated), 1e-6, 'y');
          const besideTurned = reference.rope(others, angles, tokens, 2, headDim, rotated);
          assertClose(await b.read(beside), besideTurned, 1e-6, 'beside y');
          const dx = b.floats(dy);
          b.kernels.rope([{ x: dx, heads }], cos, sin, at, tokens, headDim, true, rotated);
          // Each head of each token by itself, as none looks at another.
          const gradient = Array.from({ length: tokens * heads }, (_, row) => {
            const token = Math.floor(row / heads);
            const turns = angles.subarray(token * half, (token + 1) * half);
            const [own, given] = [x, dy].map((all) => all.subarray(row * headDim, (row + 1) * headDim));
            const rope = (z: Float64Array) => reference.rope(z, turns, 1, 1, headDim, rotated);
            return [...numericalGradient((z) => dot(rope(z), given!), own!, 0.5)];
          });
          assertClose(await b.read(dx), gradient.flat(), 2e-6, 'dx');
        }));
    }
  });
}
