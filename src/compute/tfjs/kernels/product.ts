import type { Tensor } from '@tensorflow/tfjs-core';
import { floatsOf } from '../host-memory';
import type { Kernel } from '../kernel';
import { put, rowsOf, type Tensors } from '../tensors';
import { weightRows } from '../weights';

/**
 * y[m, N] = beta y + alpha x[m, K] Wᵀ + delta, as (W xᵀ)ᵀ: TensorFlow.js lays out the second factor of a product anew, and so the smaller
 * one.
 */
export const linear: Kernel<'linear'> = (on, y, x, w, m, { alpha = 1, beta = 0, delta } = {}) => {
  const { tf } = on;
  const { rows: n, cols: k } = w;
  on.eachPart(m, k, (some) => {
    const turned = tf.transpose(on.rows(x, some, k));
    const thin = delta === undefined ? undefined : tf.transpose(on.rows(delta.p, some, delta.u.cols));
    on.eachPart(n, Math.max(k, some.count), (part) => {
      const { from, count } = part;
      let columns: Tensor = scaled(on, tf.matMul(on.matrix(weightRows(w, from, count), count), turned), alpha);
      if (delta !== undefined) {
        const u = on.rows(delta.u.data, part, delta.u.cols);
        columns = tf.add(columns, scaled(on, tf.matMul(u, thin!), delta.alpha));
      }
      const values = tf.transpose(columns).dataSync<'float32'>();
      const to = rowsOf(y, some, n);
      for (let row = 0; row < some.count; row++) {
        const at = row * n + from;
        for (let i = 0; i < count; i++) to[at + i] = (beta === 0 ? 0 : to[at + i]!) + values[row * count + i]!;
      }
    });
  });
};

/** dx[m, K] = beta dx + alpha dy[m, N] W + delta. */
export const linearBackwardInput: Kernel<'linearBackwardInput'> = (on, dx, dy, w, m, options = {}) => {
  const { alpha = 1, beta = 0, delta } = options;
  const { tf } = on;
  const { rows: n, cols: k } = w;
  on.eachPart(m, Math.max(n, k), (some) => {
    const to = rowsOf(dx, some, k);
    const dys = on.rows(dy, some, n);
    on.eachPart(n, k, ({ from, count }) => {
      const slice = tf.slice(dys, [0, from], [some.count, count]);
      const product = tf.matMul(slice, on.matrix(weightRows(w, from, count), count));
      put(to, scaled(on, product, alpha), from === 0 ? beta : 1);
    });
    if (delta === undefined) return;
    const thin = tf.matMul(on.rows(delta.p, some, delta.u.rows), on.matrix(floatsOf(delta.u.data), delta.u.rows));
    put(to, scaled(on, thin, delta.alpha), 1);
  });
};

/** dw[n, k] = beta dw + alpha dyᵀ x, over m. */
export const linearBackwardWeight: Kernel<'linearBackwardWeight'> = (on, dw, dy, x, m, n, k, options = {}) => {
  const { alpha = 1, beta = 0 } = options;
  const { tf } = on;
  if (m === 0 && beta === 0) floatsOf(dw).fill(0);
  on.eachPart(m, Math.max(n, k), (some) => {
    const [dys, xs] = [on.rows(dy, some, n), on.rows(x, some, k)];
    on.eachPart(n, Math.max(k, some.count), (part) => {
      const slice = tf.slice(dys, [0, part.from], [some.count, part.count]);
      const product = tf.matMul(tf.transpose(slice), xs);
      put(rowsOf(dw, part, k), scaled(on, product, alpha), some.from === 0 ? beta : 1);
    });
  });
};

function scaled({ tf }: Tensors, product: Tensor, alpha: number): Tensor {
  return alpha === 1 ? product : tf.mul(product, alpha);
}
