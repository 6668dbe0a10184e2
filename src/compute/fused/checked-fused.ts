import type { DeviceBuffer } from '../memory';
import type { Gate, NormInput } from '../recorder';
import { anyFloats, floats, rowsOf, size, weight } from '../shapes';
import type { FusedKernels, Sum, Term, ThinProducts } from './fused-kernels';

/** Checks what fused kernels are given against its shapes. @throws RangeError on a mismatch */
export class CheckedFused implements FusedKernels {
  constructor(private readonly kernels: FusedKernels) {}

  products(sums: readonly Sum[]): void {
    for (const { c, m, n, base, terms, gate } of sums) {
      const length = size('m', m) * size('n', n);
      floats('c', c, length);
      if (base !== undefined) floats('base', base, length);
      if (gate !== undefined) gated(gate, gate.x, length);
      for (const term of terms) checkTerm(term, m, n);
    }
    if (sums.length > 0) this.kernels.products(sums);
  }

  thinProducts(thin: ThinProducts): void {
    const { rows, x, z, norm, gate, products } = thin;
    floats('z', z, x.length);
    const cols = x.length / size('rows', rows, 1);
    rowsOf('x', x, cols);
    if (norm !== undefined) normed(norm, cols);
    if (gate !== undefined) gated(gate, x, x.length);
    for (const { p, x: from, u, orientation } of products) {
      weight('u', u);
      const [r, k] = orientation === 'forward' ? [u.rows, u.cols] : [u.cols, u.rows];
      floats('u', u.data, r * k);
      floats('p', p, rows * r);
      floats('x', from, rows * k);
    }
    this.kernels.thinProducts(thin);
  }

  fits(buffers: readonly DeviceBuffer[]): boolean {
    return this.kernels.fits(buffers);
  }
}

function normed({ weight: gain }: NormInput, cols: number): void {
  anyFloats('weight', gain, cols);
}

function gated({ up }: Gate, x: DeviceBuffer, length: number): void {
  floats('x', x, length);
  floats('up', up, length);
}

function checkTerm({ orientation, a, w }: Term, m: number, n: number): void {
  weight('w', w);
  const [columns, k] = orientation === 'forward' ? [w.rows, w.cols] : [w.cols, w.rows];
  if (columns !== n) throw new RangeError(`w has ${columns} columns of a result of ${n}`);
  floats('a', a, m * k);
}
