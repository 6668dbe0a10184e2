import type { Device } from '../../compute/device';
import type { ParameterSet } from '../../model/parameters';
import { AdamW } from './adamw';
import { AdamW8bit } from './adamw-8bit';
import type { Optimizer, OptimizerOptions } from './optimizer';

export function createOptimizer(device: Device, parameters: ParameterSet, options: OptimizerOptions): Optimizer {
  return options.optim === 'adamw_8bit'
    ? new AdamW8bit(device, parameters, options)
    : new AdamW(device, parameters, options);
}
