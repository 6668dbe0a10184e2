import type { Arena } from '../arena';
import { CheckedKernels } from '../checked-kernels';
import type { Kernels } from '../kernels';
import type { HeadLoss, ProjectAll, ProjectAllBackward, Recorder } from '../recorder';
import type { DeviceTraits } from '../traits';
import { headLoss } from './head-loss';
import { projectAll, projectAllBackward } from './project-all';

/** A recorder of a device that fuses nothing: the coarse kernels are made of its own. */
export class ComposedRecorder extends CheckedKernels implements Recorder {
  constructor(
    kernels: Kernels,
    private readonly traits: DeviceTraits,
  ) {
    super(kernels);
  }

  projectAll(scratch: Arena, projection: ProjectAll): void {
    projectAll(this, scratch, projection);
  }

  projectAllBackward(scratch: Arena, projection: ProjectAllBackward): void {
    projectAllBackward(this, scratch, projection);
  }

  headLoss(scratch: Arena, loss: HeadLoss): void {
    headLoss(this, this.traits, scratch, loss);
  }
}
