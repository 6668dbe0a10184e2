import { adapterOf } from '../adapter-of';
import { copyTokenizer } from '../companions';
import { quantisedBaseNote } from '../dequantised';
import type { Exporter } from '../exporter';
import { writeCard } from '../model-card';

/** A PEFT adapter with all that a loader wants beside it: tokenizer, chat template, card. */
export const peftExporter: Exporter = {
  name: 'peft',
  summary: 'only the adapter, with tokenizer and chat template: small, loads with PEFT onto the same base model',
  async write(source, folder) {
    const { device, modelDir, base, chat, card } = source;
    await adapterOf(source).write(device, card.baseModel, folder);
    await copyTokenizer(modelDir, folder, chat.template.source);
    const note = quantisedBaseNote(base);
    await writeCard(folder, { ...card, note }, 'peft');
    const notes = note === undefined ? [] : [note];
    if (card.onHub) return notes;
    const folderNote = `the adapter names its base model by its folder, ${card.baseModel}: on another machine, give the folder of that model`;
    return [...notes, folderNote];
  },
};
