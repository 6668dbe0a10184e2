import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { SftError } from '../errors';
import {
  aligned,
  GGUF_TYPE_NAMES,
  GGUF_TYPES,
  MAGIC,
  storedBytes,
  VALUE_CODES,
  VERSION,
  type GgufType,
} from './gguf-format';

/** What a value of the metadata may be when it is read. */
export type ReadValue = number | boolean | string | readonly number[] | readonly string[];

/** A tensor of a file. */
export interface StoredTensor {
  readonly name: string;
  readonly type: GgufType;
  /** Rows first. */
  readonly shape: readonly number[];
  /** From the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

export interface GgufFile {
  readonly file: string;
  readonly metadata: ReadonlyMap<string, ReadValue>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

const PIECE = 1 << 20;
/** A head may hold a vocabulary and its merges; more is no model's. */
const MOST_HEAD = 1 << 29;
/** Where the values begin, and as many of them as are looked at for what a file holds, with the bytes that these may take. */
const VALUES_AT = 24;
const KIND_VALUES = 8;
const KIND_BYTES = 1 << 14;

/** The file that was read last: model and tokenizer are opened one after the other. */
let last: { readonly stamp: string; readonly read: GgufFile } | undefined;

/** Whether a path that stands for a model is that of a file of this format. */
export function isGguf(model: string): boolean {
  return /\.gguf$/i.test(model) && statSync(model, { throwIfNoEntry: false })?.isFile() === true;
}

/** Reads what stands before the tensors. @throws SftError corrupt-gguf, unreadable-file */
export function readGguf(file: string): GgufFile {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (cause) {
    throw new SftError('unreadable-file', 'cannot be read', { file, remedy: 'name a GGUF file', exitCode: 2, cause });
  }
  try {
    const { size, mtimeMs, ino } = fstatSync(fd);
    const stamp = [file, size, mtimeMs, ino].join(' ');
    if (last?.stamp !== stamp) last = { stamp, read: readHead(fd, size, file) };
    return last.read;
  } finally {
    closeSync(fd);
  }
}

/**
 * What a file says that it holds, `model` or `adapter`, as far as it says so among its first values.
 * @returns undefined where it does not, or is no such file
 */
export function kindOfGguf(file: string): string | undefined {
  try {
    const fd = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(KIND_BYTES);
      const reader = new Reader(bytes.subarray(0, readSync(fd, bytes, 0, KIND_BYTES, 0)), file);
      if (reader.u32() !== MAGIC) return undefined;
      reader.at = VALUES_AT;
      for (let left = KIND_VALUES; left > 0; left--) {
        const [key, value] = [reader.text(), reader.value(reader.u32())];
        if (key === 'general.type') return typeof value === 'string' ? value : undefined;
      }
    } finally {
      closeSync(fd);
    }
  } catch {
    // Cut, or of another format.
  }
  return undefined;
}

/** The head says nowhere how long it is: more of the file is read until all of it is there. */
function readHead(fd: number, size: number, file: string): GgufFile {
  for (let length = Math.min(size, PIECE); ; length = Math.min(size, 4 * length)) {
    const bytes = Buffer.alloc(length);
    readSync(fd, bytes, 0, length, 0);
    try {
      return parse(bytes, size, file);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (length === size || length > MOST_HEAD) throw corruptGguf(file, 'its header is incomplete');
    }
  }
}

function parse(bytes: Buffer, size: number, file: string): GgufFile {
  const reader = new Reader(bytes, file);
  if (reader.u32() !== MAGIC) throw corruptGguf(file, 'it is not a GGUF file');
  if (reader.u32() !== VERSION) throw corruptGguf(file, 'its GGUF version is not 3');
  const [tensorCount, valueCount] = [reader.u64(), reader.u64()];
  const metadata = new Map<string, ReadValue>();
  for (let i = 0; i < valueCount; i++) metadata.set(reader.text(), reader.value(reader.u32()));
  const entries: Omit<StoredTensor, 'bytes'>[] = [];
  for (let i = 0; i < tensorCount; i++) {
    const name = reader.text();
    const shape = Array.from({ length: reader.u32() }, () => reader.u64()).reverse();
    const code = reader.u32();
    const type = GGUF_TYPE_NAMES.find((known) => GGUF_TYPES[known].code === code);
    if (type === undefined) throw corruptGguf(file, `${name} is of type ${code}, which is not supported`);
    entries.push({ name, type, shape, offset: reader.u64() });
  }
  const start = aligned(reader.at);
  const tensors = entries.map((entry): [string, StoredTensor] => {
    const length = storedBytes(entry.type, entry.shape);
    const offset = start + entry.offset;
    if (!Number.isInteger(length)) throw corruptGguf(file, `the blocks of ${entry.name} do not fill its shape`);
    if (offset + length > size) throw corruptGguf(file, `${entry.name} ends after the end of the file`);
    return [entry.name, { ...entry, offset, bytes: length }];
  });
  return { file, metadata, tensors: new Map(tensors) };
}

/** Throws a RangeError where the bytes end too early. */
class Reader {
  at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly file: string,
  ) {}

  u32(): number {
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  u64(): number {
    this.at += 8;
    return Number(this.bytes.readBigUInt64LE(this.at - 8));
  }

  text(): string {
    const length = this.u64();
    if (this.at + length > this.bytes.length) throw new RangeError('text');
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  value(code: number): ReadValue {
    if (code !== VALUE_CODES.array) return this.single(code);
    const [of, length] = [this.u32(), this.u64()];
    const values: (number | string)[] = [];
    for (let i = 0; i < length; i++) values.push(this.single(of) as number | string);
    return values as readonly number[] | readonly string[];
  }

  private single(code: number): number | boolean | string {
    switch (code) {
      case VALUE_CODES.u32:
        return this.u32();
      case VALUE_CODES.i32:
        return this.u32() | 0;
      case VALUE_CODES.f32:
        this.at += 4;
        return this.bytes.readFloatLE(this.at - 4);
      case VALUE_CODES.bool:
        this.at += 1;
        return this.bytes.readUInt8(this.at - 1) !== 0;
      case VALUE_CODES.string:
        return this.text();
      default:
        throw corruptGguf(this.file, `its metadata hold a value of type ${code}, which is not supported`);
    }
  }
}

/** @returns an error of a file of this format that is damaged, or not as this program writes it */
export function corruptGguf(file: string, reason: string): SftError {
  return new SftError('corrupt-gguf', reason, {
    file,
    remedy: 'export it again: files from other programs may contain types that are not supported',
    exitCode: 2,
  });
}
