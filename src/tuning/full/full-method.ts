import path from 'node:path';
import { SftError } from '../../base/errors';
import type { Device } from '../../compute/device';
import { readTensors, writeTensors } from '../../model/parameter-file';
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

  /** @throws SftError quantised-weights */
  constructor(device: Device, weights: BaseWeights) {
    const tensors = weights.all();
    if (tensors.some(({ kind }) => kind === 'nf4')) {
      throw new SftError('quantised-weights', 'the weights are in 4 bits, and training_type "full" would train them', {
        file: weights.modelDir,
        remedy: 'set training_type to "lora", or use the model in 16 bits without load_in_4bit',
        exitCode: 2,
      });
    }
    this.parameters = new ParameterSet(
      device,
      tensors.map(({ name, shape }) => ({ name, shape, decay: shape.length > 1 })),
    );
    const r = device.begin();
    for (const { name } of tensors) r.copy(this.parameters.get(name).value, weights.dense(name));
    device.submit(r);
  }

  delta(): undefined {
    return undefined;
  }

  replaces(tensor: string): ReturnType<ParameterSet['get']> {
    return this.parameters.get(tensor);
  }

  /** It starts as the base model. */
  initialise(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing follows from them. */
  refresh(): void {}

  write(device: Device, _baseModel: string, folder: string): Promise<void> {
    return writeTensors(device, path.join(folder, WEIGHTS), this.parameters.all());
  }

  read(device: Device, folder: string): void {
    readTensors(device, path.join(folder, WEIGHTS), this.parameters.all());
  }

  free(): void {
    this.parameters.free();
  }
}
