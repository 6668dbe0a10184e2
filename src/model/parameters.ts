import type { Device } from '../compute/device';
import type { DenseMatrix, DeviceBuffer } from '../compute/memory';

/** A tensor to be trained. */
export interface ParameterSpec {
  /** The name it has in a safetensors file. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether weight decay acts on it; biases and norms are left out, as transformers' Trainer does. */
  readonly decay: boolean;
  /** Whether LoRA+ gives it a higher learning rate (Hayou et al. 2024): an adapter's second matrices and vectors. */
  readonly raised?: boolean;
}

export interface Parameter extends ParameterSpec {
  readonly value: DeviceBuffer;
  readonly gradient: DeviceBuffer;
}

/**
 * All trained tensors in one fp32 stretch of values and one of gradients, so that clipping and the optimizer are one kernel call
 * each. Decayed tensors lie before the others.
 */
export class ParameterSet {
  readonly values: DeviceBuffer;
  readonly gradients: DeviceBuffer;
  /** Elements. */
  readonly length: number;
  private readonly byName = new Map<string, Parameter>();

  constructor(
    private readonly device: Device,
    specs: readonly ParameterSpec[],
  ) {
    const ordered = [...specs.filter((spec) => spec.decay), ...specs.filter((spec) => !spec.decay)];
    const sizes = ordered.map((spec) => spec.shape.reduce((product, n) => product * n, 1));
    this.length = sizes.reduce((sum, n) => sum + n, 0);
    this.values = device.alloc('f32', this.length);
    this.gradients = device.alloc('f32', this.length);
    let offset = 0;
    ordered.forEach((spec, i) => {
      const size = sizes[i]!;
      this.byName.set(spec.name, {
        ...spec,
        value: this.values.slice(offset, size),
        gradient: this.gradients.slice(offset, size),
      });
      offset += size;
    });
  }

  all(): readonly Parameter[] {
    return [...this.byName.values()];
  }

  /** A parameter that the caller knows to be there. */
  get(name: string): Parameter {
    const parameter = this.byName.get(name);
    if (parameter === undefined) throw new RangeError(`no parameter ${name}`);
    return parameter;
  }

  free(): void {
    this.device.free(this.values);
    this.device.free(this.gradients);
  }
}

/** A trained matrix as the kernels take it. */
export function asMatrix(parameter: Parameter): DenseMatrix {
  const [rows, cols] = parameter.shape;
  if (rows === undefined || cols === undefined) throw new RangeError(`${parameter.name} is no matrix`);
  return { kind: 'dense', data: parameter.value, rows, cols };
}
