import type { DeviceListing } from '../src/compute/provider';

/** A device that computes in fp32, with weights as they are on disk. */
export const CPU: DeviceListing = {
  id: 'cpu',
  kind: 'cpu',
  name: 'A processor',
  supports: { compute: ['f32'], weights: ['dense'], optimizers: ['adamw'] },
};
