import { checkSampling, type SamplingOptions } from '../generate/sampler';
import { numberOption } from './option-values';
import type { OptionHelp, OptionValues } from './verb';

/** The options of every verb that generates, in transformers' words. */
export const SAMPLING_OPTIONS: Readonly<Record<string, OptionHelp>> = {
  'max-new-tokens': { type: 'string', value: 'N', help: 'the most tokens of an answer (256)' },
  temperature: {
    type: 'string',
    value: 'T',
    help: 'randomness: 0 always takes the likeliest token, 0.7 is balanced (0)',
  },
  'top-p': {
    type: 'string',
    value: 'P',
    help: 'choose among the likeliest tokens that together reach this probability (1)',
  },
  'top-k': { type: 'string', value: 'K', help: 'choose among the K likeliest tokens; 0 for all (0)' },
  seed: { type: 'string', value: 'N', help: 'the same seed gives the same answer (0)' },
};

export interface SamplingChoice {
  readonly sampling: SamplingOptions;
  readonly maxNewTokens: number;
  readonly seed: number;
}

/** @throws SftError usage, invalid-sampling */
export function samplingChoice(options: OptionValues): SamplingChoice {
  const temperature = numberOption(options, 'temperature', 0, { min: 0 });
  const sampling = {
    do_sample: temperature > 0,
    temperature,
    top_p: numberOption(options, 'top-p', 1, { min: 0, max: 1 }),
    top_k: numberOption(options, 'top-k', 0, { min: 0, integer: true }),
  };
  checkSampling(sampling);
  return {
    sampling,
    maxNewTokens: numberOption(options, 'max-new-tokens', 256, { min: 1, integer: true }),
    seed: numberOption(options, 'seed', 0, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true }),
  };
}
