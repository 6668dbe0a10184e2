import path from 'node:path';
import type { Device } from '../../compute/device';
import { writeTensors } from '../../model/parameter-file';
import { ParameterSet } from '../../model/parameters';
import type { Tuning } from '../../model/tuning';
import type { BaseWeights } from '../../model/weights';
import type { TuningMethod } from '../method';

const WEIGHTS = 'model.safetensors';

/** All weights trained: fp32 parameters in the place of the base model's, of which they start as a copy. */
export const fullMethod: TuningMethod = {
  name: 'full',
  form: 'model',
  weightsFile: WEIGHTS,
  create: ({ device, weights }) => new FullTuning(device, weights),
};

export class FullTuning implements Tuning {
  readonly parameters: ParameterSet;
  readonly weightsFile = WEIGHTS;

  constructor(device: Device, weights: BaseWeights) {
    const tensors = weights.all();
    this.parameters = new ParameterSet(
      device,
      tensors.map(({ name, shape }) => ({ name, shape, decay: shape.length > 1 })),
    );
    const r = device.begin();
    for (const { name, data } of tensors) r.copy(this.parameters.get(name).value, data);
    device.submit(r);
  }

  delta(): undefined {
    return undefined;
  }

  replaces(tensor: string): ReturnType<ParameterSet['get']> {
    return this.parameters.get(tensor);
  }

  /** It starts as the base model. */
  initialise(): void {}

  write(device: Device, _baseModel: string, folder: string): Promise<void> {
    return writeTensors(device, path.join(folder, WEIGHTS), this.parameters.all());
  }
}
