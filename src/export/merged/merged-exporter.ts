import { tensorBytes, type TensorSource } from '../../base/safetensors';
import { copyModelFiles, describePartedTables, describeQuantisation } from '../companions';
import { dequantisedNote } from '../dequantised';
import type { Exporter, ExportProgress, ExportSource } from '../exporter';
import { writeCard } from '../model-card';
import { requireRoomBeside } from '../room';
import { hasPartedTables, tunedTensors } from '../tuned-tensors';
import { quantisationOf, tensorsIn4Bits } from './in-4bit';
import { writeShards } from './shards';

const QUANTISED =
  'merged into 4-bit weights (NF4): what was trained is rounded to 4 bits too, so answers differ a little from those of the run';

const PARTED =
  'embedding and head are two tables now, because modules_to_save trained a copy of each: config.json says tie_word_embeddings false';

const TEXT_ALONE =
  'the base model is multimodal: this folder contains only its text model, without the parts that see or hear';

/** A model folder: what was trained is added to the base model's weights, in their types, or with the matrices of the layers in 4 bits. */
export const mergedExporter: Exporter = {
  name: 'merged',
  summary: 'a complete model in one folder, with the adapter merged: loads wherever the base model loads',
  types: ['nf4'],
  async write(source, folder, onProgress, { type }) {
    const in4Bits = type === 'nf4';
    await writeMerged(source, folder, onProgress, in4Bits);
    const note = in4Bits ? QUANTISED : dequantisedNote(source.base);
    await writeCard(folder, { ...source.card, note }, 'transformers');
    const isPart = source.config.decoderPath !== 'model';
    return [
      ...(note === undefined ? [] : [note]),
      ...(hasPartedTables(source) ? [PARTED] : []),
      ...(isPart ? [TEXT_ALONE] : []),
    ];
  },
};

/** Writes the model folder without a card. @throws SftError export-impossible, disk-full */
export async function writeMerged(
  source: ExportSource,
  folder: string,
  onProgress: ExportProgress,
  in4Bits = false,
): Promise<void> {
  const tensors = in4Bits ? tensorsIn4Bits(source) : tunedTensors(source);
  const total = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  await requireRoomBeside(folder, total);
  await writeShards(folder, counted(tensors, total, onProgress));
  await copyModelFiles(source.modelDir, folder, source.chat.template.source);
  const quantisation = in4Bits ? quantisationOf(source) : undefined;
  if (!in4Bits || quantisation !== undefined) await describeQuantisation(folder, quantisation);
  if (hasPartedTables(source)) await describePartedTables(folder);
}

function counted(tensors: readonly TensorSource[], total: number, onProgress: ExportProgress): TensorSource[] {
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
