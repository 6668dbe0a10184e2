import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { floatsOf, wideOf } from '../host-memory';
import type { Kernel } from '../kernel';
import { put, rowsOf, type Tensors } from '../tensors';

export const rmsNorm: Kernel<'rmsNorm'> = (on, y, x, weight, rows, dim, eps, offset = 0) => {
  on.eachPart(rows, dim, (part) => {
    put(rowsOf(y, part, dim), normed(on, on.rows(x, part, dim), on.tf.tensor1d(wideOf(weight)), eps, offset));
  });
};

export const rmsNormBackward: Kernel<'rmsNormBackward'> = (on, dx, dy, x, weight, rows, dim, eps, options) => {
  const { beta, dweight, offset = 0 } = options;
  const { tf } = on;
  on.eachPart(rows, dim, (part) => {
    const [dys, xs, w] = [on.rows(dy, part, dim), on.rows(x, part, dim), tf.tensor1d(wideOf(weight))];
    const pass = tf.grads((...given) => {
      const [input, factors] = given as [Tensor2D, Tensor1D];
      return normed(on, input, factors, eps, offset);
    });
    const [byX, byWeight] = pass([xs, w], dys) as [Tensor, Tensor];
    put(rowsOf(dx, part, dim), byX, beta);
    if (dweight !== undefined) put(floatsOf(dweight), byWeight, 1);
  });
};

function normed({ tf }: Tensors, x: Tensor2D, weight: Tensor1D, eps: number, offset: number): Tensor {
  const size = tf.sqrt(tf.add(tf.mean(tf.square(x), 1, true), eps));
  return tf.mul(tf.div(x, size), tf.add(weight, offset));
}
