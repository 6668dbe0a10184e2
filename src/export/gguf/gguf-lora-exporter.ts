import path from 'node:path';
import { SftError } from '../../base/errors';
import { modulePath } from '../../model/projections';
import { HEAD } from '../../model/weights';
import type { PlacedDelta, Tuning } from '../../model/tuning';
import { adapterOf } from '../adapter-of';
import type { Exporter, ExportProgress, ExportSource } from '../exporter';
import { writeCard } from '../model-card';
import { refusePrompt } from '../refuse-prompt';
import { architectureOf } from './architecture';
import { GGUF_TYPES, type Metadata } from '../../base/gguf/gguf-format';
import { interleaveHeads } from '../../model/gguf/permute';
import { ggufName, isRotated } from '../../model/gguf/tensor-names';
import { writeGguf, type GgufTensor } from './write-gguf';
import { exportImpossible } from '../export-impossible';

/** The adapter as llama.cpp takes it beside a GGUF of the base model. */
export const ggufLoraExporter: Exporter = {
  name: 'gguf-lora',
  summary: 'only the adapter, as one file for llama.cpp: small, loads with a GGUF of the same base model',
  extension: '.gguf',
  async write(source, folder, onProgress) {
    await writeCard(folder, source.card, 'gguf-lora', await writeLora(source, folder, onProgress));
    return ['it loads with a GGUF of the base model, which --to gguf --weights base writes'];
  },
};

const FILE = 'adapter-F32.gguf';

/** Writes the adapter into a folder. @returns the file's name @throws SftError export-impossible */
export async function writeLora(source: ExportSource, folder: string, onProgress?: ExportProgress): Promise<string> {
  const tensors = loraTensors(source, adapterOf(source));
  await writeGguf(path.join(folder, FILE), metadataOf(source, tensors.alpha), tensors.all, onProgress);
  return FILE;
}

function metadataOf({ config, card }: ExportSource, alpha: number): Metadata {
  return new Map([
    ['general.architecture', { type: 'string', value: architectureOf(config).name }],
    ['general.type', { type: 'string', value: 'adapter' }],
    ['general.name', { type: 'string', value: card.title }],
    ['general.file_type', { type: 'u32', value: GGUF_TYPES.f32.fileType }],
    ['adapter.type', { type: 'string', value: 'lora' }],
    ['adapter.lora.alpha', { type: 'f32', value: alpha }],
  ]);
}

/** A pair of matrices under the name of the tensor that they change. */
interface LoraPair {
  readonly name: string;
  readonly delta: PlacedDelta['delta'];
}

/**
 * llama.cpp adds alpha / r · B A x with one alpha for all pairs and each pair's own r. Where pairs have another scale than the first, the
 * rest of it is multiplied into B.
 * @throws SftError export-impossible where something else than LoRA was trained
 */
function loraTensors(source: ExportSource, tuning: Tuning): { alpha: number; all: readonly GgufTensor[] } {
  refusePrompt(tuning);
  refuseReplaced(source, tuning);
  const pairs = pairsOf(source, tuning);
  if (pairs.some(({ delta }) => delta.magnitude !== undefined)) {
    throw impossible('the adapter is DoRA (use_dora), and llama.cpp supports only LoRA');
  }
  const alphaOf = ({ delta }: LoraPair): number => delta.scale * delta.a.rows;
  const alpha = pairs.length === 0 ? 1 : alphaOf(pairs[0]!);
  return { alpha, all: pairs.flatMap((pair) => tensorsOf(source, pair, alphaOf(pair) / alpha)) };
}

function tensorsOf({ device, config }: ExportSource, { name, delta }: LoraPair, factor: number): GgufTensor[] {
  const { a, b } = delta;
  const turned = architectureOf(config).interleaved === true && isRotated(name);
  const translated = ggufName(name, config);
  if (translated === undefined) throw impossible(`llama.cpp has no tensor of its own for ${name}`);
  return [
    {
      name: `${translated}.lora_a`,
      type: 'f32',
      shape: [a.rows, a.cols],
      async *read() {
        yield bytesOf(await device.readFloats(a.data));
      },
    },
    {
      name: `${translated}.lora_b`,
      type: 'f32',
      shape: [b.rows, b.cols],
      async *read() {
        const values = await device.readFloats(b.data);
        const bytes = bytesOf(factor === 1 ? values : values.map((value) => value * factor));
        // Rows of B are outputs, which llama.cpp has in another order for some projections.
        yield turned ? interleaveHeads(bytes, b.rows, config.headDim) : bytes;
      },
    },
  ];
}

function pairsOf({ config }: ExportSource, tuning: Tuning): readonly LoraPair[] {
  return Array.from({ length: config.layers }, (_, layer) =>
    config.modules.flatMap((module) => {
      const placed = tuning.delta(layer, module);
      if (placed === undefined) return [];
      return [{ name: `model.layers.${layer}.${modulePath(module)}.weight`, delta: placed.delta }];
    }),
  ).flat();
}

function refuseReplaced({ base }: ExportSource, tuning: Tuning): void {
  // A tied model may have been given a head of its own.
  const names = [...base.all().map(({ name }) => name), HEAD];
  const replaced = names.find((name) => (tuning.replaces(name) ?? tuning.tokenRows?.(name)) !== undefined);
  if (replaced !== undefined)
    throw impossible(`${replaced} was trained too, and a llama.cpp adapter can hold only LoRA`);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function impossible(reason: string): SftError {
  return exportImpossible(reason, 'use --to gguf, which holds the merged model');
}
