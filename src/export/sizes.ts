import { locateTensors } from '../base/tensor-folder';
import { BLOCK } from '../compute/nf4';
import { readLlamaConfig } from '../model/llama-config';
import { EMBEDDING, expectedTensors, HEAD, isLayerMatrix } from '../model/weights';
import { GGUF_TYPE_NAMES, storedBytes, type GgufType } from '../base/gguf/gguf-format';
import { typeWithin } from './gguf/gguf-tensors';

/** What the weights of a model take in the forms in which it leaves, bytes. Tokenizer and template beside them are small. */
export interface ExportSizes {
  /** In a GGUF of each type. */
  readonly gguf: Readonly<Record<GgufType, number>>;
  /** The type of most of the base model's weights: that of a GGUF where none is asked for. */
  readonly usual: GgufType;
  /** A merged folder in the types of the base model's files. */
  readonly merged: number;
  /** A merged folder with the matrices of the layers in 4 bits. */
  readonly nf4: number;
}

const ELEMENT_BYTES: Readonly<Record<string, number>> = { F32: 4, BF16: 2, F16: 2 };
const USUAL: Readonly<Record<string, GgufType>> = { F32: 'f32', BF16: 'bf16', F16: 'f16' };
/** Of weights that are in 4 bits in the base model's files, once they are taken out of them. */
const DEQUANTISED_BYTES = 2;

/**
 * The sizes that exports of a model will have, from the headers of its files.
 * @param parted whether training gave a tied model a head of its own
 * @throws SftError what reading them throws
 */
export function exportSizes(modelDir: string, parted = false): ExportSizes {
  const located = locateTensors(modelDir);
  const expected = new Map(expectedTensors(readLlamaConfig(modelDir)));
  if (parted) expected.set(HEAD, expected.get(EMBEDDING)!);
  const tensors = [...expected].map(([name, shape]) => {
    const elements = shape.reduce((product, n) => product * n, 1);
    const type = (located.get(name) ?? located.get(EMBEDDING))?.dtype ?? '';
    const merged = elements * (ELEMENT_BYTES[type] ?? DEQUANTISED_BYTES);
    // Four bits, and a scale of 8 bits for each block.
    const nf4 = isLayerMatrix(name, shape) ? elements / 2 + elements / BLOCK : merged;
    return { name, shape, merged, nf4 };
  });
  const sum = (bytesOf: (tensor: (typeof tensors)[number]) => number): number =>
    Math.ceil(tensors.reduce((total, tensor) => total + bytesOf(tensor), 0));
  const gguf = GGUF_TYPE_NAMES.map((type) => [
    type,
    sum((tensor) => storedBytes(typeWithin(type, tensor), tensor.shape)),
  ]);
  return {
    gguf: Object.fromEntries(gguf) as Record<GgufType, number>,
    usual: USUAL[located.get(EMBEDDING)?.dtype ?? ''] ?? 'f32',
    merged: sum(({ merged }) => merged),
    nf4: sum(({ nf4 }) => nf4),
  };
}
