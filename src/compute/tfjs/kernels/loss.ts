import type { Tensor } from '@tensorflow/tfjs-core';
import { toPair } from '../../pairs';
import { floatsOf, integersOf } from '../host-memory';
import type { Kernel } from '../kernel';
import { put, rowsOf } from '../tensors';

export const crossEntropy: Kernel<'crossEntropy'> = (on, nll, logits, targets, rows, vocab, gradScale) => {
  const { tf } = on;
  const ids = integersOf(targets.data);
  on.eachPart(rows, vocab, (part) => {
    const wanted = tf.tensor2d(ids.subarray(part.from, part.from + part.count), [part.count, 1], 'int32');
    const chosen = tf.equal(wanted, tf.range(0, vocab, 1, 'int32'));
    const losses = (x: Tensor): Tensor => tf.neg(tf.sum(tf.where(chosen, tf.logSoftmax(x), 0), 1));
    const x = on.rows(logits, part, vocab);
    put(rowsOf(nll, part, 1), losses(x));
    if (gradScale === undefined) return;
    put(rowsOf(logits, part, vocab), tf.grad(losses)(x, tf.fill([part.count], gradScale)));
  });
};

export const sumRanges: Kernel<'sumRanges'> = (_on, sums, x, offsets) => {
  const [pairs, values, bounds] = [floatsOf(sums), floatsOf(x), integersOf(offsets.data)];
  for (let i = 0; i + 1 < bounds.length; i++) {
    let sum = 0;
    for (let at = bounds[i]!; at < bounds[i + 1]!; at++) sum += values[at]!;
    pairs.set(toPair(sum), 2 * i);
  }
};
