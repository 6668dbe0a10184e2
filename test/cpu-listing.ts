import type { DeviceListing } from '../src/compute/provider';

/** A device that computes in fp32, with weights as they are on disk or in 4 bits. */
export const CPU: DeviceListing = {
  id: 'cpu',
  kind: 'cpu',
  name: 'A processor',
  supports: { compute: ['f32'], weights: ['dense', 'nf4'], optimizers: ['adamw'] },
};
