import type { Tensor } from '@tensorflow/tfjs-core';
import type { DeviceBuffer } from '../../memory';
import type { Kernel } from '../kernel';
import { put, rowsOf, type Tensors } from '../tensors';

/** An activation of the gate. */
type Gate = (tf: Tensors['tf'], gate: Tensor) => Tensor;

const silu: Gate = (tf, gate) => tf.mul(gate, tf.sigmoid(gate));

/** GELU in its tanh form. */
const gelu: Gate = (tf, gate) => {
  const inner = tf.mul(gate, tf.add(tf.mul(tf.square(gate), 0.044715), 1));
  return tf.mul(tf.mul(gate, 0.5), tf.add(tf.tanh(tf.mul(inner, Math.sqrt(2 / Math.PI))), 1));
};

export const swiglu: Kernel<'swiglu'> = (on, h, gate, up) => {
  forward(on, silu, h, gate, up);
};

export const geglu: Kernel<'geglu'> = (on, h, gate, up) => {
  forward(on, gelu, h, gate, up);
};

export const swigluBackward: Kernel<'swigluBackward'> = (on, dgate, dup, dh, gate, up) => {
  backward(on, silu, dgate, dup, dh, gate, up);
};

export const gegluBackward: Kernel<'gegluBackward'> = (on, dgate, dup, dh, gate, up) => {
  backward(on, gelu, dgate, dup, dh, gate, up);
};

function forward(on: Tensors, activate: Gate, h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void {
  on.eachPart(h.length, 1, (part) => {
    put(rowsOf(h, part, 1), on.tf.mul(activate(on.tf, on.rows(gate, part, 1)), on.rows(up, part, 1)));
  });
}

function backward(
  on: Tensors,
  activate: Gate,
  dgate: DeviceBuffer,
  dup: DeviceBuffer,
  dh: DeviceBuffer,
  gate: DeviceBuffer,
  up: DeviceBuffer,
): void {
  on.eachPart(dh.length, 1, (part) => {
    const pass = on.tf.grads((...given) => {
      const [g, u] = given as [Tensor, Tensor];
      return on.tf.mul(activate(on.tf, g), u);
    });
    const [dhs, ...inputs] = [dh, gate, up].map((buffer) => on.rows(buffer, part, 1));
    const gradients = pass(inputs, dhs);
    [dgate, dup].forEach((to, i) => {
      put(rowsOf(to, part, 1), gradients[i]!);
    });
  });
}
