import { ADAPTER_WEIGHTS } from '../adapter-config';
import type { TuningMethod } from '../method';
import { promptConfigOf, readPromptConfig } from './prompt-config';
import { PromptTuning } from './prompt-tuning';

/** Prompt tuning (Lester et al. 2021): the model stays as it is, and reads trained rows before every sequence. */
export const promptMethod: TuningMethod = {
  name: 'prompt_tuning',
  form: 'adapter',
  weightsFile: ADAPTER_WEIGHTS,
  create: (target, config) => new PromptTuning(target, promptConfigOf(config)),
  adapters: {
    peftType: 'PROMPT_TUNING',
    load: (target, folder) => {
      const tuning = new PromptTuning(target, readPromptConfig(folder, target.config));
      try {
        tuning.read(target.device, folder);
      } catch (error) {
        tuning.free();
        throw error;
      }
      return tuning;
    },
  },
};
