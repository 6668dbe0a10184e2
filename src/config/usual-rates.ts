import type { ResolvedConfig } from './config-schema';

/** The learning rate that suits each kind of training as a first choice. A prompt is a few numbers, far from where they should be. */
export const USUAL_RATES: Readonly<Record<ResolvedConfig['training_type'], number>> = {
  lora: 2e-4,
  full: 2e-5,
  prompt_tuning: 1e-2,
};
