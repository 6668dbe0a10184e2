import { tensorBytes, type TensorSource } from '../../base/safetensors';
import { copyModelFiles, forgetQuantisation } from '../companions';
import { dequantisedNote } from '../dequantised';
import type { Exporter, ExportProgress } from '../exporter';
import { writeCard } from '../model-card';
import { tunedTensors } from '../tuned-tensors';
import { writeShards } from './shards';

/** A model folder in the base model's types: what was trained is added to its weights. */
export const mergedExporter: Exporter = {
  name: 'merged',
  summary: 'a whole model in one folder, with what was trained merged into it: loads wherever the base model loads',
  async write(source, folder, onProgress) {
    await writeShards(folder, counted(tunedTensors(source), onProgress));
    await copyModelFiles(source.modelDir, folder, source.chat.template.source);
    await forgetQuantisation(folder);
    const note = dequantisedNote(source.base);
    await writeCard(folder, { ...source.card, note }, 'transformers');
    return note === undefined ? [] : [note];
  },
};

function counted(tensors: readonly TensorSource[], onProgress: ExportProgress): TensorSource[] {
  const total = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  let done = 0;
  return tensors.map((tensor) => ({
    ...tensor,
    async *read() {
      const data = tensor.read();
      for await (const piece of 'then' in data ? [await data] : data) {
        yield piece;
        done += piece.length;
        onProgress(done, total);
      }
    },
  }));
}
