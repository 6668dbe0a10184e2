import { SftError } from '../../base/errors';
import { copyTokenizer } from '../companions';
import type { Exporter } from '../exporter';
import { writeCard } from '../model-card';

/** A PEFT adapter with all that a loader wants beside it: tokenizer, chat template, card. */
export const peftExporter: Exporter = {
  name: 'peft',
  summary: 'the adapter alone, with tokenizer and chat template: small, loads with PEFT on the same base model',
  async write({ device, tuning, modelDir, chat, card }, folder) {
    if (tuning === undefined) {
      throw new SftError('export-impossible', 'all weights of the model were trained: there is no adapter', {
        remedy: 'take --to merged',
      });
    }
    await tuning.write(device, card.baseModel, folder);
    await copyTokenizer(modelDir, folder, chat.template.source);
    await writeCard(folder, card, 'peft');
    if (card.onHub) return [];
    const note = `the adapter names its base model by its folder, ${card.baseModel}: elsewhere, say where that model lies`;
    return [note];
  },
};
