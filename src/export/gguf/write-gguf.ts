import { open } from 'node:fs/promises';
import {
  aligned,
  GGUF_TYPES,
  MAGIC,
  storedBytes,
  VALUE_CODES,
  VERSION,
  type GgufType,
  type Metadata,
  type MetadataValue,
} from '../../base/gguf/gguf-format';
import { writePieces } from '../../base/write-pieces';

/** A tensor to be written. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgufType;
  /** As the model has it: rows first, [out, in]. */
  readonly shape: readonly number[];
  /** What is stored, in pieces; asked for once, when it is written. */
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Bytes of tensors as they are stored. */
export function bytesOfTensors(tensors: readonly GgufTensor[]): number {
  return tensors.reduce((sum, { type, shape }) => sum + storedBytes(type, shape), 0);
}

/**
 * Writes a GGUF file, a piece of a tensor in memory at a time. The caller writes aside and renames.
 * @param onBytes told how many bytes of tensors are written, of how many
 */
export async function writeGguf(
  file: string,
  metadata: Metadata,
  tensors: readonly GgufTensor[],
  onBytes: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  const total = bytesOfTensors(tensors);
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(headOf(metadata, tensors));
    let done = 0;
    for (const tensor of tensors) {
      const bytes = await writePieces(handle, tensor.read(), (length) => {
        done += length;
        onBytes(done, total);
      });
      const { name, type, shape } = tensor;
      if (bytes !== storedBytes(type, shape)) throw new RangeError(`${name} came with ${bytes} bytes`);
      await handle.writeFile(Buffer.alloc(aligned(bytes) - bytes));
    }
  } finally {
    await handle.close();
  }
}

function headOf(metadata: Metadata, tensors: readonly GgufTensor[]): Buffer {
  const head = new ByteList();
  head.u32(MAGIC);
  head.u32(VERSION);
  head.u64(tensors.length);
  head.u64(metadata.size);
  for (const [key, value] of metadata) {
    head.text(key);
    head.value(value);
  }
  let offset = 0;
  for (const { name, type, shape } of tensors) {
    head.text(name);
    head.u32(shape.length);
    // The fastest dimension first.
    for (const length of [...shape].reverse()) head.u64(length);
    head.u32(GGUF_TYPES[type].code);
    head.u64(offset);
    offset += aligned(storedBytes(type, shape));
  }
  head.bytes(Buffer.alloc(aligned(head.length) - head.length));
  return head.joined();
}

class ByteList {
  private readonly parts: Buffer[] = [];
  length = 0;

  bytes(part: Buffer): void {
    this.parts.push(part);
    this.length += part.length;
  }

  u32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    this.bytes(part);
  }

  u64(value: number): void {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt(value));
    this.bytes(part);
  }

  text(value: string): void {
    const part = Buffer.from(value, 'utf8');
    this.u64(part.length);
    this.bytes(part);
  }

  value(value: MetadataValue): void {
    switch (value.type) {
      case 'string':
        this.u32(VALUE_CODES.string);
        this.text(value.value);
        return;
      case 'bool':
        this.u32(VALUE_CODES.bool);
        this.bytes(Buffer.from([value.value ? 1 : 0]));
        return;
      case 'u32':
      case 'i32':
      case 'f32':
        this.u32(VALUE_CODES[value.type]);
        this.bytes(numbersOf(value.type, [value.value]));
        return;
      case 'strings':
        this.list(VALUE_CODES.string, value.value.length);
        for (const text of value.value) this.text(text);
        return;
      case 'i32s':
      case 'f32s': {
        const type = value.type === 'i32s' ? 'i32' : 'f32';
        this.list(VALUE_CODES[type], value.value.length);
        this.bytes(numbersOf(type, value.value));
      }
    }
  }

  private list(code: number, length: number): void {
    this.u32(VALUE_CODES.array);
    this.u32(code);
    this.u64(length);
  }

  joined(): Buffer {
    return Buffer.concat(this.parts);
  }
}

function numbersOf(type: 'u32' | 'i32' | 'f32', values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) {
    if (type === 'f32') bytes.writeFloatLE(value, 4 * i);
    else if (type === 'u32') bytes.writeUInt32LE(value, 4 * i);
    else bytes.writeInt32LE(value, 4 * i);
  }
  return bytes;
}
