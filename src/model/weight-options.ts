import type { ResolvedConfig } from '../config/config-schema';
import type { WeightOptions } from './weights';

/** How a configuration wants the weights of its base model. */
export function weightOptions(
  config: Pick<ResolvedConfig, 'load_in_4bit' | 'bnb_4bit_use_double_quant'>,
): WeightOptions {
  return config.load_in_4bit ? { in4bit: { doubleQuant: config.bnb_4bit_use_double_quant } } : {};
}
