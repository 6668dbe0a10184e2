import { hyperparameters } from '../../src/export/gguf/architecture';
import { GGUF_TYPES, type Metadata } from '../../src/base/gguf/gguf-format';
import { interleaveHeads } from '../../src/model/gguf/permute';
import { ggufName, isRotated } from '../../src/model/gguf/tensor-names';
import { TOKEN_TYPES } from '../../src/text/gguf/token-types';
import { writeGguf } from '../../src/export/gguf/write-gguf';
import type { LlamaConfig } from '../../src/model/llama-config';

export type GgufPrecision = 'f32' | 'bf16';

/**
 * Writes a plain Llama with random weights for llama.cpp: matrices in `precision`, norms in fp32. Its vocabulary is made up: the benchmark
 * gives token ids.
 * @param shapes of the tensors under transformers' names
 * @param read the values of a tensor, row by row
 */
export async function writeRandomGguf(
  file: string,
  config: LlamaConfig,
  precision: GgufPrecision,
  shapes: ReadonlyMap<string, readonly number[]>,
  read: (name: string) => Float32Array,
): Promise<void> {
  const tensors = [...shapes].map(([name, shape]) => {
    const type = shape.length === 1 ? 'f32' : precision;
    const bytes = (): Uint8Array => {
      const values = read(name);
      const { buffer, byteOffset, byteLength } = type === 'f32' ? values : toBf16(values);
      const stored = new Uint8Array(buffer, byteOffset, byteLength);
      return isRotated(name) ? interleaveHeads(stored, shape[0]!, config.headDim) : stored;
    };
    return { name: ggufName(name, config)!, type, shape, read: () => [bytes()] } as const;
  });
  await writeGguf(file, metadataOf(config, precision), tensors);
}

/** Rounded to nearest even. */
export function toBf16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (x) => (x + 0x7fff + ((x >>> 16) & 1)) >>> 16);
}

/** SentencePiece's layout: three special tokens, the bytes, then made-up words. */
function metadataOf(config: LlamaConfig, precision: GgufPrecision): Metadata {
  const { normal, unknown, control, byte } = TOKEN_TYPES;
  const ids = Array.from({ length: config.vocabSize }, (_, id) => id);
  const token = (id: number): string => {
    if (id < 3) return ['<unk>', '<s>', '</s>'][id]!;
    return id < 259 ? `<0x${(id - 3).toString(16).toUpperCase().padStart(2, '0')}>` : `▁t${id}`;
  };
  const kind = (id: number): number => (id === 0 ? unknown : id < 3 ? control : id < 259 ? byte : normal);
  return new Map([
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.name', { type: 'string', value: 'random weights' }],
    ['general.file_type', { type: 'u32', value: GGUF_TYPES[precision].fileType }],
    ...hyperparameters(config),
    ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
    ['tokenizer.ggml.tokens', { type: 'strings', value: ids.map(token) }],
    ['tokenizer.ggml.scores', { type: 'f32s', value: ids.map((id) => -id) }],
    ['tokenizer.ggml.token_type', { type: 'i32s', value: ids.map(kind) }],
    ['tokenizer.ggml.bos_token_id', { type: 'u32', value: 1 }],
    ['tokenizer.ggml.eos_token_id', { type: 'u32', value: 2 }],
    ['tokenizer.ggml.unknown_token_id', { type: 'u32', value: 0 }],
  ]);
}
