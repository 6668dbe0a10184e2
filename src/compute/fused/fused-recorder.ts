import type { Arena } from '../arena';
import { ComposedRecorder } from '../composed/composed-recorder';
import type { Kernels } from '../kernels';
import type { DeviceBuffer, WeightMatrix } from '../memory';
import type { ProjectAll, ProjectAllBackward, Projected } from '../recorder';
import type { DeviceTraits } from '../traits';
import { CheckedFused } from './checked-fused';
import type { FusedKernels, Sum, ThinProducts } from './fused-kernels';
import { canFuse, projectAll, projectAllBackward } from './project-all';

/** A recorder of a device with fused kernels. What they do not compute is composed. */
export class FusedRecorder extends ComposedRecorder {
  readonly #fused: FusedKernels;

  constructor(kernels: Kernels, fused: FusedKernels, traits: DeviceTraits) {
    super(kernels, traits);
    this.#fused = new CheckedFused(fused);
  }

  override projectAll(scratch: Arena, projection: ProjectAll): void {
    const { x, gate, parts } = projection;
    const ends = parts.flatMap(({ y, base }) => [y, base]);
    if (this.#takes(parts, [x, gate?.up, ...ends])) projectAll(this, scratch, projection);
    else super.projectAll(scratch, projection);
  }

  override projectAllBackward(scratch: Arena, projection: ProjectAllBackward): void {
    const { x, gate, parts, dx } = projection;
    const ends = parts.flatMap(({ dy, gradWeight }) => [dy, gradWeight]);
    if (this.#takes(parts, [x, gate?.up, dx, ...ends])) projectAllBackward(this, scratch, projection);
    else super.projectAllBackward(scratch, projection);
  }

  products(sums: readonly Sum[]): void {
    this.#fused.products(sums);
  }

  thinProducts(thin: ThinProducts): void {
    this.#fused.thinProducts(thin);
  }

  fits(buffers: readonly DeviceBuffer[]): boolean {
    return this.#fused.fits(buffers);
  }

  #takes(parts: readonly Projected[], buffers: readonly (DeviceBuffer | undefined)[]): boolean {
    const weights = parts.map(({ weight }) => memoryOf(weight));
    const given = buffers.filter((buffer) => buffer !== undefined);
    return canFuse(parts) && this.fits([...given, ...weights]);
  }
}

/** Where most of a weight lies. */
function memoryOf(weight: WeightMatrix): DeviceBuffer {
  return weight.kind === 'dense' ? weight.data : weight.codes;
}
