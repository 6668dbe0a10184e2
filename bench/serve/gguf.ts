import { open, type FileHandle } from 'node:fs/promises';
import type { LlamaConfig } from '../../src/model/llama-config';

// As much of GGUF, version 3, as llama.cpp needs to run a plain Llama with random weights: enough to compare speed, and greedy tokens to
// see that it is the same model. Its vocabulary is made up: the benchmark gives token ids.

const ALIGNMENT = 32;
/** ggml's numbers for element types, and bytes of an element. */
const TYPES = { f32: { code: 0, bytes: 4, fileType: 0 }, bf16: { code: 30, bytes: 2, fileType: 32 } } as const;
export type GgufPrecision = keyof typeof TYPES;

interface GgufTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: GgufPrecision;
  readonly read: () => Float32Array;
}

/**
 * Writes a model whose tensors have transformers' names. Matrices are stored in `precision`, norms in fp32.
 * @param read the values of a tensor, row by row
 */
export async function writeGguf(
  file: string,
  config: LlamaConfig,
  precision: GgufPrecision,
  shapes: ReadonlyMap<string, readonly number[]>,
  read: (name: string) => Float32Array,
): Promise<void> {
  const tensors = [...shapes].map(([name, shape]): GgufTensor => {
    const heads = name.endsWith('q_proj.weight') ? config.heads : name.endsWith('k_proj.weight') ? config.kvHeads : 0;
    return {
      name: ggufName(name),
      shape,
      type: shape.length === 1 ? 'f32' : precision,
      read: () => (heads > 0 ? interleaveHalves(read(name), heads, shape) : read(name)),
    };
  });
  const out = new Bytes();
  out.raw(Buffer.from('GGUF'));
  out.u32(3);
  out.u64(tensors.length);
  const metadata = metadataOf(config, precision);
  out.u64(metadata.length);
  for (const write of metadata) write(out);
  let offset = 0;
  for (const { name, shape, type } of tensors) {
    out.text(name);
    out.u32(shape.length);
    // The dimension that lies together comes first.
    for (const dimension of [...shape].reverse()) out.u64(dimension);
    out.u32(TYPES[type].code);
    out.u64(offset);
    offset += padded(bytesOf(shape, type));
  }
  const handle = await open(file, 'w');
  try {
    const head = out.done();
    await handle.writeFile(Buffer.concat([head, Buffer.alloc(padded(head.length) - head.length)]));
    for (const tensor of tensors) await writeTensor(handle, tensor);
  } finally {
    await handle.close();
  }
}

async function writeTensor(handle: FileHandle, { shape, type, read }: GgufTensor): Promise<void> {
  const values = read();
  const elements = type === 'f32' ? values : toBf16(values);
  await handle.writeFile(new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
  const bytes = bytesOf(shape, type);
  await handle.writeFile(new Uint8Array(padded(bytes) - bytes));
}

/** Rounded to nearest even. */
export function toBf16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (x) => (x + 0x7fff + ((x >>> 16) & 1)) >>> 16);
}

/** In Hugging Face's files RoPE turns a head's first half against its second; llama.cpp turns neighbours: row i goes to 2i. */
function interleaveHalves(values: Float32Array, heads: number, shape: readonly number[]): Float32Array {
  const [rows, cols] = shape as [number, number];
  const headDim = rows / heads;
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const inHead = row % headDim;
    const half = headDim / 2;
    const place = row - inHead + (inHead < half ? 2 * inHead : 2 * (inHead - half) + 1);
    result.set(values.subarray(row * cols, (row + 1) * cols), place * cols);
  }
  return result;
}

function ggufName(name: string): string {
  const fixed: Readonly<Record<string, string>> = {
    'model.embed_tokens.weight': 'token_embd.weight',
    'model.norm.weight': 'output_norm.weight',
    'lm_head.weight': 'output.weight',
  };
  const parts: Readonly<Record<string, string>> = {
    input_layernorm: 'attn_norm',
    post_attention_layernorm: 'ffn_norm',
    'self_attn.q_proj': 'attn_q',
    'self_attn.k_proj': 'attn_k',
    'self_attn.v_proj': 'attn_v',
    'self_attn.o_proj': 'attn_output',
    'mlp.gate_proj': 'ffn_gate',
    'mlp.up_proj': 'ffn_up',
    'mlp.down_proj': 'ffn_down',
  };
  const [, layer, part] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? [];
  const found = fixed[name] ?? (part === undefined ? undefined : `blk.${layer}.${parts[part]}.weight`);
  if (found === undefined) throw new RangeError(`llama.cpp has no name for ${name}`);
  return found;
}

function metadataOf(config: LlamaConfig, precision: GgufPrecision): ((out: Bytes) => void)[] {
  const entry = (key: string, type: number, write: (out: Bytes) => void) => (out: Bytes) => {
    out.text(key);
    out.u32(type);
    write(out);
  };
  const text = (key: string, value: string): ((out: Bytes) => void) =>
    entry(key, 8, (out) => {
      out.text(value);
    });
  const count = (key: string, value: number): ((out: Bytes) => void) =>
    entry(key, 4, (out) => {
      out.u32(value);
    });
  const float = (key: string, value: number): ((out: Bytes) => void) =>
    entry(key, 6, (out) => {
      out.f32(value);
    });
  const list = <T>(key: string, type: number, values: readonly T[], write: (out: Bytes, value: T) => void) =>
    entry(key, 9, (out) => {
      out.u32(type);
      out.u64(values.length);
      for (const value of values) write(out, value);
    });
  // SentencePiece's layout: three special tokens, the bytes, then made-up words.
  const ids = Array.from({ length: config.vocabSize }, (_, id) => id);
  const token = (id: number): string => {
    if (id < 3) return ['<unk>', '<s>', '</s>'][id]!;
    return id < 259 ? `<0x${(id - 3).toString(16).toUpperCase().padStart(2, '0')}>` : `▁t${id}`;
  };
  const kind = (id: number): number => (id === 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1);
  return [
    text('general.architecture', 'llama'),
    text('general.name', 'random weights'),
    count('general.alignment', ALIGNMENT),
    count('general.file_type', TYPES[precision].fileType),
    count('llama.context_length', config.maxPositionEmbeddings),
    count('llama.embedding_length', config.hiddenSize),
    count('llama.block_count', config.layers),
    count('llama.feed_forward_length', config.intermediateSize),
    count('llama.attention.head_count', config.heads),
    count('llama.attention.head_count_kv', config.kvHeads),
    count('llama.rope.dimension_count', config.headDim),
    count('llama.vocab_size', config.vocabSize),
    float('llama.rope.freq_base', config.rope.theta),
    float('llama.attention.layer_norm_rms_epsilon', config.rmsNormEps),
    text('tokenizer.ggml.model', 'llama'),
    list('tokenizer.ggml.tokens', 8, ids.map(token), (out, value) => {
      out.text(value);
    }),
    list('tokenizer.ggml.scores', 6, ids, (out, id) => {
      out.f32(-id);
    }),
    list('tokenizer.ggml.token_type', 5, ids.map(kind), (out, value) => {
      out.u32(value);
    }),
    count('tokenizer.ggml.bos_token_id', 1),
    count('tokenizer.ggml.eos_token_id', 2),
    count('tokenizer.ggml.unknown_token_id', 0),
  ];
}

function bytesOf(shape: readonly number[], type: GgufPrecision): number {
  return shape.reduce((product, n) => product * n, TYPES[type].bytes);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Little-endian values one after another. */
class Bytes {
  private readonly pieces: Buffer[] = [];

  raw(bytes: Buffer): void {
    this.pieces.push(bytes);
  }

  u32(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.raw(bytes);
  }

  u64(value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    this.raw(bytes);
  }

  f32(value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    this.raw(bytes);
  }

  text(value: string): void {
    const bytes = Buffer.from(value);
    this.u64(bytes.length);
    this.raw(bytes);
  }

  done(): Buffer {
    return Buffer.concat(this.pieces);
  }
}
