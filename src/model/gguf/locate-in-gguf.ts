import { closeSync, openSync } from 'node:fs';
import { dequantise } from '../../base/gguf/dequantise';
import { readGguf, type StoredTensor } from '../../base/gguf/read-gguf';
import { readBytes } from '../../base/safetensors';
import type { LocatedTensor } from '../../base/tensor-folder';
import type { LlamaConfig } from '../llama-config';
import { ARCHITECTURES } from './architectures';
import { separateHeads } from './permute';
import { ggufName, isRotated } from './tensor-names';

const PLAIN: Readonly<Record<string, string>> = { f32: 'F32', f16: 'F16', bf16: 'BF16' };

/**
 * The tensors of a GGUF file that a model asks for, under the names of transformers. What is there as it is needed is read in place;
 * blocks become fp32, and rows that llama.cpp has in another order are put back, when they are read.
 * @param names of the tensors
 * @throws SftError corrupt-gguf, unreadable-file
 */
export function locateInGguf(
  file: string,
  names: Iterable<string>,
  config: LlamaConfig,
): ReadonlyMap<string, LocatedTensor> {
  const { tensors } = readGguf(file);
  const located = new Map<string, LocatedTensor>();
  for (const name of names) {
    const stored = tensors.get(ggufName(name, config) ?? '');
    if (stored !== undefined) located.set(name, locate(file, name, stored, config));
  }
  return located;
}

function locate(file: string, name: string, stored: StoredTensor, config: LlamaConfig): LocatedTensor {
  const { type, shape, offset, bytes } = stored;
  const place = { name, shape, file, byteOffset: offset, byteLength: bytes };
  const turned = ARCHITECTURES[config.architecture]?.interleaved === true && isRotated(name);
  // llama.cpp multiplies by the weights of norms alone.
  const raised = config.normOffset !== 0 && /norm\.weight$/.test(name) ? config.normOffset : 0;
  const dtype = PLAIN[type] ?? 'F32';
  if (type in PLAIN && !turned && raised === 0) return { ...place, dtype };
  const read = (): Uint8Array<ArrayBuffer> => {
    const fd = openSync(file, 'r');
    try {
      const stored = readBytes(fd, offset, bytes, file);
      let values = type === 'q8_0' || type === 'q4_0' ? bytesOf(dequantise(type, stored)) : stored;
      if (turned) values = separateHeads(values, shape[0]!, config.headDim);
      return raised === 0 ? values : bytesOf(new Float32Array(values.buffer).map((value) => value - raised));
    } finally {
      closeSync(fd);
    }
  };
  return { ...place, dtype, byteLength: elementsOf(shape) * (dtype === 'F32' ? 4 : 2), read };
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

function bytesOf({ buffer }: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
