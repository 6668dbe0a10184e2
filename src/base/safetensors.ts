import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { SftError } from './errors';
import { cannotRead, statFile } from './fetched-file';
import { explainImpostorFile } from './impostor';
import { readFull } from './read-full';
import { writePieces } from './write-pieces';

/** Element types of the safetensors format that this project reads; others are listed by name and refused when used. */
export type TensorType = 'F32' | 'BF16' | 'F16';

const BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

/** One tensor of a file: its type, its shape and where its bytes lie, counted from the start of the file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteOffset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly file: string;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

const MAX_HEADER_BYTES = 100_000_000;

/**
 * Reads and checks the header of a safetensors file: every tensor lies inside the file, has the bytes that its shape asks for,
 * and overlaps no other. Nothing in the file is executed.
 * @throws SftError unreadable-file, not-the-file, corrupt-safetensors
 */
export function readSafetensorsHeader(file: string): SafetensorsHeader {
  let fd: number | undefined;
  try {
    const found = statFile(file);
    if (found === undefined) throw cannotRead(file, 'there is no such file');
    fd = openSync(file, 'r');
    return parseHeader(fd, found.size, file);
  } catch (error) {
    if (!(error instanceof SftError)) throw cannotRead(file, error);
    // A file that cannot be read may never have been one.
    throw (fd === undefined ? undefined : explainImpostorFile(file)) ?? error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function parseHeader(fd: number, size: number, file: string): SafetensorsHeader {
  if (size < 8) throw corrupt(file, `the file has ${size} bytes, too few for a safetensors header`);
  const length = new DataView(readBytes(fd, 0, 8, file).buffer).getBigUint64(0, true);
  if (length > BigInt(size - 8)) {
    throw corrupt(file, `the header claims ${length.toString()} bytes, the file has only ${size - 8} after it`);
  }
  const headerBytes = Number(length);
  if (headerBytes > MAX_HEADER_BYTES)
    throw corrupt(file, `the header claims ${headerBytes} bytes, more than the format allows`);
  const json = parseJson(readBytes(fd, 8, headerBytes, file), file);
  const dataStart = 8 + headerBytes;
  const tensors = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') metadata = readMetadata(value, file);
    else tensors.set(name, readEntry(name, value, dataStart, size, file));
  }
  checkOverlap([...tensors.values()], dataStart, size, file);
  return { file, tensors, metadata };
}

/** @throws SftError corrupt-safetensors where the file has fewer: it may have been cut since it was looked at */
export function readBytes(fd: number, offset: number, length: number, file: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  const read = readFull(fd, bytes, offset);
  if (read < length) throw corrupt(file, `the file ends at byte ${offset + read}, before its content does`);
  return bytes;
}

function parseJson(bytes: Uint8Array, file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Reported below, together with JSON that is no object.
  }
  throw corrupt(file, 'the header is not a JSON object');
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (typeof value === 'object' && value !== null && Object.values(value).every((v) => typeof v === 'string')) {
    return value as Record<string, string>;
  }
  throw corrupt(file, '__metadata__ is not a map of strings');
}

function readEntry(name: string, value: unknown, dataStart: number, size: number, file: string): TensorEntry {
  const entry = value as { dtype?: unknown; shape?: unknown; data_offsets?: unknown } | null;
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw corrupt(file, `the entry of ${name} is malformed`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || dataStart + end > size) {
    throw corrupt(
      file,
      `${name} should lie at bytes ${begin} to ${end}, but the file has only ${size - dataStart} data bytes`,
    );
  }
  const width = BYTES[dtype];
  const elements = shape.reduce((product, n) => product * n, 1);
  if (width !== undefined && elements * width !== end - begin) {
    throw corrupt(
      file,
      `${name} has ${end - begin} bytes, its shape [${shape.join(', ')}] in ${dtype} needs ${elements * width}`,
    );
  }
  return { name, dtype, shape, byteOffset: dataStart + begin, byteLength: end - begin };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0);
}

function checkOverlap(entries: TensorEntry[], dataStart: number, size: number, file: string): void {
  entries.sort((a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength);
  let end = dataStart;
  for (const entry of entries) {
    if (entry.byteOffset < end) throw corrupt(file, `${entry.name} overlaps the tensor before it`);
    if (entry.byteOffset > end)
      throw corrupt(file, `there is a hole of ${entry.byteOffset - end} bytes before ${entry.name}`);
    end = entry.byteOffset + entry.byteLength;
  }
  if (end !== size) throw corrupt(file, `${size - end} bytes after the last tensor belong to none`);
}

function corrupt(file: string, reason: string): SftError {
  return new SftError('corrupt-safetensors', reason, {
    file,
    remedy: 'the file is truncated or damaged: fetch it again',
    exitCode: 2,
  });
}

export interface TensorSource {
  readonly name: string;
  readonly dtype: TensorType | 'U8';
  readonly shape: readonly number[];
  /** Little-endian elements, whole or in pieces; asked for once, when they are written. */
  read(): Promise<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** What a tensor takes in a file. */
export function tensorBytes({ dtype, shape }: Pick<TensorSource, 'dtype' | 'shape'>): number {
  return shape.reduce((product, n) => product * n, BYTES[dtype]!);
}

/**
 * Writes a safetensors file, one tensor or piece of it in memory at a time. Names are sorted, the header is padded to 8 bytes, metadata is
 * {"format": "pt"} as PEFT and transformers expect. The caller writes aside and renames.
 */
export async function writeSafetensors(file: string, tensors: readonly TensorSource[]): Promise<void> {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const { name, dtype, shape } of sorted) {
    const end = offset + tensorBytes({ dtype, shape });
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  head.writeBigUInt64LE(BigInt(head.length - 8), 0);
  json.copy(head, 8);
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(head);
    for (const tensor of sorted) {
      const data = tensor.read();
      await writePieces(handle, 'then' in data ? [await data] : data);
    }
  } finally {
    await handle.close();
  }
}
