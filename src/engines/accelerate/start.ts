import { writeFolderAtomic } from '../../base/files';
import { DryDevice } from '../../compute/dry/dry-device';
import { openDevice } from '../../compute/registry';
import type { DeviceTraits } from '../../compute/traits';
import { openWeights } from '../../generate/session';
import { LlamaModel } from '../../model/llama';
import { updateSize, windowsOf, type UpdateSize } from '../../train/windows';
import { createTuning, methodOf, startTuning } from '../../tuning/registry';
import type { TrainingJob } from '../engine';

/** Updates whose work is counted: the others are like them. */
const STEPS_SEEN = 300;

/** What is known of a run without its weights. */
export interface Sizes {
  readonly parameters: number;
  readonly trainableParameters: number;
  readonly updateSize: UpdateSize;
  /** Tokens that a sequence may have. */
  readonly context: number;
  /** Names of the trained tensors. */
  readonly trained: readonly string[];
}

type Job = Pick<TrainingJob, 'config' | 'model' | 'train'>;

/** Counted on a device without memory: only headers of the weights are read. @throws SftError what opening model and adapter throws */
export function sizesOf({ config, model: folder, train }: Job, traits: DeviceTraits): Sizes {
  const device = new DryDevice(traits);
  const session = openWeights(device, folder);
  const tuning = createTuning(session, config);
  const model = new LlamaModel(device, session.config, session.weights, tuning);
  const sizes = {
    parameters: session.weights.parameters,
    trainableParameters: tuning.parameters.length,
    updateSize: updateSize(model, windowsOf(config, train, STEPS_SEEN), config),
    context: model.context,
    trained: tuning.parameters.all().map(({ name }) => name),
  };
  model.free();
  session.close();
  return sizes;
}

/**
 * Writes the adapter as it stands before the first step, drawn here as for every engine: both begin from the same numbers.
 * @returns whether there is one; none where the model itself is trained
 * @throws SftError what opening model and adapter throws, disk-full
 */
export async function writeStart({ config, model: folder }: Job, target: string): Promise<boolean> {
  if (methodOf(config).form !== 'adapter') return false;
  const device = await openDevice('cpu');
  const session = openWeights(device, folder);
  try {
    const tuning = await startTuning(session, config);
    try {
      await writeFolderAtomic(target, (temporary) => tuning.write(device, config.model_name, temporary));
    } finally {
      tuning.free();
    }
  } finally {
    session.close();
  }
  return true;
}
