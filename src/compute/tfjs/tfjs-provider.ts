import type { DeviceInfo, DeviceProvider } from '../provider';
import { unavailableBy } from '../unavailable';
import { findTensorFlow } from './find-tensorflow';
import { TFJS_TRAITS, TfjsDevice } from './tfjs-device';

const ID = 'tfjs';

/** What runs where nothing else does: nothing has to be compiled for it. */
export const tfjsProvider: DeviceProvider = {
  kind: ID,
  list: () => Promise.resolve([infoHere()]),
  async open() {
    const { name, load } = findTensorFlow();
    return new TfjsDevice(await load(), { description: name });
  },
};

function infoHere(): DeviceInfo {
  const info = {
    id: ID,
    kind: ID,
    supports: { compute: ['f32'], weights: ['dense', 'nf4'], optimizers: ['adamw', 'adamw_8bit'] },
    traits: TFJS_TRAITS,
  } as const;
  try {
    return { ...info, name: findTensorFlow().name };
  } catch (error) {
    return { ...info, name: 'TensorFlow.js', unavailable: unavailableBy(error) };
  }
}
