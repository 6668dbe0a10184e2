import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { DeviceBuffer } from '../memory';
import { floatsOf } from './host-memory';
import type { TensorFlow } from './tensorflow';

/** `count` items of a whole, from `from` on. */
export interface Part {
  readonly from: number;
  readonly count: number;
}

/** What kernels are composed on: ops over tensors that are made of memory of this process, and whose results are put back there. */
export class Tensors {
  /** a b, of which gradients can be taken. Its own gradient turns matrices in the product, which takes WebAssembly ten times as long. */
  readonly product: (a: Tensor2D, b: Tensor2D) => Tensor2D;

  /** @param most floats of a part: tensors that do not fit WebAssembly's memory are written over what is there */
  constructor(
    readonly tf: TensorFlow,
    private readonly most: number,
  ) {
    const { matMul, transpose } = tf;
    const product = tf.customGrad((...given) => {
      const [a, b, save] = given as [Tensor2D, Tensor2D, (inputs: Tensor[]) => void];
      save([a, b]);
      return {
        value: matMul(a, b),
        gradFunc: (dy, [x, y]) => [matMul(dy, transpose(y!)), matMul(transpose(x!), dy)],
      };
    });
    this.product = (a, b) => product(a, b) as Tensor2D;
  }

  /** Parts of a whole whose items are so many floats each. */
  parts(whole: number, floats: number): Part[] {
    const step = Math.max(1, Math.floor(this.most / floats));
    return Array.from({ length: Math.ceil(whole / step) }, (_, i) => {
      return { from: i * step, count: Math.min(step, whole - i * step) };
    });
  }

  /** Runs `work` on each of the parts, and leaves no tensor behind that it made. */
  eachPart(whole: number, floats: number, work: (part: Part) => void): void {
    for (const part of this.parts(whole, floats)) {
      this.tf.tidy(() => {
        work(part);
      });
    }
  }

  matrix(values: Float32Array, rows: number): Tensor2D {
    return this.tf.tensor2d(values, [rows, values.length / rows]);
  }

  /** Rows of fp32 memory. */
  rows(buffer: DeviceBuffer, part: Part, cols: number): Tensor2D {
    return this.matrix(rowsOf(buffer, part, cols), part.count);
  }
}

export function rowsOf(buffer: DeviceBuffer, { from, count }: Part, cols: number): Float32Array {
  return floatsOf(buffer).subarray(from * cols, (from + count) * cols);
}

/** to = beta to + value. */
export function put(to: Float32Array, value: Tensor, beta: 0 | 1 = 0): void {
  const values = value.dataSync<'float32'>();
  if (beta === 0) to.set(values);
  else for (let i = 0; i < to.length; i++) to[i]! += values[i]!;
}
