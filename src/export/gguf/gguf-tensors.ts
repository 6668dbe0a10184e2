import type { TensorSource, TensorType } from '../../base/safetensors';
import type { LlamaConfig } from '../../model/llama-config';
import { ropeFrequencies } from '../../model/rope-table';
import type { ExportSource } from '../exporter';
import { beyondHalf } from '../half-range';
import { tunedTensors } from '../tuned-tensors';
import { architectureOf } from './architecture';
import { GGUF_TYPES, type GgufType } from '../../base/gguf/gguf-format';
import { interleaveHeads } from '../../model/gguf/permute';
import { quantise } from './quantise';
import { ggufName, isRotated } from '../../model/gguf/tensor-names';
import type { GgufTensor } from './write-gguf';

const COMPUTED: Readonly<Record<GgufType, TensorType>> = {
  f32: 'F32',
  f16: 'F16',
  bf16: 'BF16',
  q8_0: 'F32',
  q4_0: 'F32',
};

/**
 * As what a tensor is stored in a file of a type. Vectors are fp32. Rows that blocks do not fill are fp16. Where matrices have 4 bits, the
 * tables of the vocabulary have 8: every token goes through them.
 */
export function typeWithin(type: GgufType, { name, shape }: Pick<TensorSource, 'name' | 'shape'>): GgufType {
  if (shape.length === 1) return 'f32';
  const chosen = type === 'q4_0' && !name.startsWith('model.layers.') ? 'q8_0' : type;
  return shape.at(-1)! % GGUF_TYPES[chosen].block === 0 ? chosen : 'f16';
}

/** A tuned model's tensors under llama.cpp's names and in its order of rows. */
export function ggufTensors(source: ExportSource, type: GgufType): readonly GgufTensor[] {
  const { config } = source;
  const typeOf = (tensor: Pick<TensorSource, 'name' | 'shape'>): GgufType => typeWithin(type, tensor);
  const tensors = tunedTensors(source, (tensor) => COMPUTED[typeOf(tensor)]);
  return [...ropeFactors(config), ...tensors.map((tensor) => placed(tensor, typeOf(tensor), config))];
}

function placed(tensor: TensorSource, type: GgufType, config: LlamaConfig): GgufTensor {
  const { name, shape } = tensor;
  const translated = ggufName(name, config);
  if (translated === undefined) throw new RangeError(`${name} has no name in llama.cpp`);
  const turned = architectureOf(config).interleaved === true && isRotated(name);
  // Its norms multiply by their weights alone.
  const isNorm = config.normOffset !== 0 && /norm\.weight$/.test(name);
  return {
    name: translated,
    type,
    shape,
    async *read() {
      const pieces = piecesOf(tensor);
      const ordered = turned ? reordered(pieces, shape[0]!, config.headDim) : pieces;
      for await (const piece of ordered) {
        if (type === 'q8_0' || type === 'q4_0') yield blocksOf(type, piece, name);
        else yield isNorm ? raised(floats(piece), config.normOffset) : piece;
      }
    },
  };
}

function blocksOf(type: 'q8_0' | 'q4_0', piece: Uint8Array, name: string): Uint8Array {
  const blocks = quantise(type, floats(piece));
  if (blocks === undefined) throw beyondHalf(name);
  return blocks;
}

async function* piecesOf(tensor: TensorSource): AsyncGenerator<Uint8Array> {
  const data = tensor.read();
  if ('then' in data) yield await data;
  else yield* data;
}

/** A head's rows may lie in two pieces, so the tensor is put together first: of q and k that is little. */
async function* reordered(
  pieces: AsyncIterable<Uint8Array>,
  rows: number,
  headDim: number,
): AsyncGenerator<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  yield interleaveHeads(all.length === 1 ? all[0]! : Buffer.concat(all), rows, headDim);
}

function floats({ buffer, byteOffset, byteLength }: Uint8Array): Float32Array {
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

function raised(values: Float32Array, offset: number): Uint8Array {
  return bytesOf(values.map((value) => value + offset));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** By what RoPE's frequencies are divided, where llama.cpp takes that as tensors. */
function ropeFactors({ rope }: LlamaConfig): readonly GgufTensor[] {
  const { scaling } = rope;
  if (scaling.type === 'longrope') {
    return [
      vector('rope_factors_long.weight', Float32Array.from(scaling.longFactors)),
      vector('rope_factors_short.weight', Float32Array.from(scaling.shortFactors)),
    ];
  }
  if (scaling.type !== 'llama3') return [];
  const scaled = ropeFrequencies(rope);
  const plain = ropeFrequencies({ ...rope, scaling: { type: 'default' } });
  return [
    vector(
      'rope_freqs.weight',
      plain.map((value, i) => value / scaled[i]!),
    ),
  ];
}

function vector(name: string, values: Float32Array): GgufTensor {
  return { name, type: 'f32', shape: [values.length], read: () => [bytesOf(values)] };
}
