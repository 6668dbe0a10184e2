import path from 'node:path';
import { dequantisedNote } from '../dequantised';
import type { Exporter, ExportProgress, ExportSource } from '../exporter';
import { writeCard } from '../model-card';
import { requireRoomBeside } from '../room';
import { architectureOf, contextLength, hyperparameters } from './architecture';
import { GGUF_TYPE_NAMES, GGUF_TYPES, type GgufType, type Metadata } from '../../base/gguf/gguf-format';
import { ggufTensors } from './gguf-tensors';
import { nameForBlanks } from '../../text/gguf/taken-blanks';
import { tokenizerMetadata } from './tokenizer-metadata';
import { bytesOfTensors, writeGguf } from './write-gguf';

/** A whole model in llama.cpp's format. */
export const ggufExporter: Exporter = {
  name: 'gguf',
  summary:
    'one file for llama.cpp, LM Studio and similar programs: the model with the adapter merged, its tokenizer and template',
  types: GGUF_TYPE_NAMES,
  extension: '.gguf',
  async write(source, folder, onProgress, { type }) {
    const { file, notes } = await writeModel(source, folder, 'model', type as GgufType | undefined, onProgress);
    const note = dequantisedNote(source.base);
    await writeCard(folder, { ...source.card, note }, 'gguf', file);
    return [...(note === undefined ? [] : [note]), ...notes];
  },
};

/** The type of most of the base model's weights. */
function typeOfBase({ base }: ExportSource): GgufType {
  const { dtype } = base.dense('model.embed_tokens.weight');
  return dtype === 'i32' || dtype === 'u8' ? 'f32' : dtype;
}

interface WrittenModel {
  /** Its name: `model-Q8_0.gguf` */
  readonly file: string;
  /** What a person should know of it. */
  readonly notes: readonly string[];
}

/**
 * Writes a model as a file in a folder.
 * @param stem what its name begins with; its type comes after that
 * @throws SftError export-impossible, disk-full
 */
export async function writeModel(
  source: ExportSource,
  folder: string,
  stem: string,
  type: GgufType = typeOfBase(source),
  onProgress?: ExportProgress,
): Promise<WrittenModel> {
  const file = `${stem}-${type.toUpperCase()}.gguf`;
  const { config, modelDir, chat, card } = source;
  const { entries, blanks, notes } = await tokenizerMetadata(modelDir, chat, config.vocabSize);
  const metadata: Metadata = new Map([
    ['general.architecture', { type: 'string', value: architectureOf(config).name }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.name', { type: 'string', value: nameForBlanks(card.title, blanks === 'named') }],
    ['general.file_type', { type: 'u32', value: GGUF_TYPES[type].fileType }],
    ['general.quantization_version', { type: 'u32', value: 2 }],
    ...hyperparameters(config),
    ...entries,
  ]);
  const tensors = ggufTensors(source, type);
  await requireRoomBeside(folder, bytesOfTensors(tensors));
  await writeGguf(path.join(folder, file), metadata, tensors, onProgress);
  return { file, notes: [...contextNotes(source), ...notes] };
}

/** That a context is shorter than the model's own. */
export function contextNotes({ config }: ExportSource): readonly string[] {
  const context = contextLength(config);
  if (context === config.maxPositionEmbeddings) return [];
  const { scaling } = config.rope;
  const reason =
    scaling.type === 'longrope' && scaling.originalMaxPositionEmbeddings === context
      ? 'llama.cpp takes other positions for a longer context: it is set to'
      : 'llama.cpp has no sliding window for this model: its context is set to the window,';
  return [`${reason} ${context} tokens`];
}
