import { adapterOf } from '../adapter-of';
import { copyTokenizer } from '../companions';
import type { Exporter } from '../exporter';
import { writeCard } from '../model-card';

/** A PEFT adapter with all that a loader wants beside it: tokenizer, chat template, card. */
export const peftExporter: Exporter = {
  name: 'peft',
  summary: 'the adapter alone, with tokenizer and chat template: small, loads with PEFT on the same base model',
  async write(source, folder) {
    const { device, modelDir, chat, card } = source;
    await adapterOf(source).write(device, card.baseModel, folder);
    await copyTokenizer(modelDir, folder, chat.template.source);
    await writeCard(folder, card, 'peft');
    if (card.onHub) return [];
    const note = `the adapter names its base model by its folder, ${card.baseModel}: elsewhere, say where that model lies`;
    return [note];
  },
};
