import type { FileHandle } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  type SchemaTree,
} from 'hyparquet';
import { SftError } from '../../base/errors';
import { explainImpostor, START_BYTES } from '../../base/impostor';
import { rowText } from './row-text';

/** So many rows are in memory at once where the file says where its pages begin; else those of a row group. */
const ROWS_AT_ONCE = 4096;

const COMPRESSORS: Compressors = {
  GZIP: (input, length) => bounded(gunzipSync(input, { maxOutputLength: Math.max(1, length) }), length),
  BROTLI: (input, length) => bounded(brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }), length),
  ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
};

/** A piece of a Parquet file as lines of JSON. */
export interface ParquetLines {
  /** Whole lines: the n-th of all is the n-th row. */
  readonly text: string;
  /** Rows so far, and in all. */
  readonly read: number;
  readonly rows: number;
}

/**
 * The rows of a Parquet file, one line of JSON each, as Hub data sets have them: texts, numbers as they are, lists and structs. What is
 * null is left out, since the format has no other word for what is not there. Holds a row group at most.
 * @param file named in errors
 * @throws SftError `unreadable-file` or `not-the-file` (exit code 2) where it is damaged, or is compressed or encoded in a way that is not read
 */
export async function* parquetLines(
  handle: FileHandle,
  file: string,
  size: number,
): AsyncGenerator<ParquetLines, void, undefined> {
  const { source, metadata } = await readMetadata(handle, file, size);
  const rows = Number(metadata.num_rows);
  for (const { rowStart, rowEnd } of rangesOf(metadata)) {
    const found = await told(file, () =>
      parquetReadObjects({
        file: source,
        metadata,
        rowStart,
        rowEnd,
        compressors: COMPRESSORS,
        useOffsetIndex: true,
        geoparquet: false,
        utf8: false,
      }),
    );
    yield { text: found.map((row) => `${rowText(row)}\n`).join(''), read: rowEnd, rows };
  }
}

/** What a Parquet file says of itself at its end. @throws SftError `unreadable-file` (exit code 2) where it is damaged */
export async function readMetadata(
  handle: FileHandle,
  file: string,
  size: number,
): Promise<{ readonly source: AsyncBuffer; readonly metadata: FileMetaData }> {
  const source: AsyncBuffer = {
    byteLength: size,
    slice: async (start, end = size) => readRange(handle, start, Math.min(end, size)),
  };
  const start = Buffer.from(await source.slice(0, START_BYTES)).toString('latin1');
  const impostor = start.startsWith('PAR1') ? undefined : explainImpostor(file, start, size);
  if (impostor !== undefined) throw impostor;
  const metadata = await told(file, async () => {
    const found = await parquetMetadataAsync(source, { geoparquet: false });
    checkColumns(found);
    return found;
  });
  return { source, metadata };
}

/**
 * The library reads every column that a row group lists, and waits for those alone that the schema has, once each: what is wrong with
 * another would end the process.
 */
function checkColumns(metadata: FileMetaData): void {
  const known = new Set(leavesOf(parquetSchema(metadata)));
  for (const { columns } of metadata.row_groups) {
    const named = columns.map(({ meta_data: column }) => pathText(column?.path_in_schema ?? []));
    for (const [at, name] of named.entries()) {
      if (!known.has(name)) throw new Error(`a row group has the column ${name}, which is not in its schema`);
      if (named.indexOf(name) !== at) throw new Error(`a row group has the column ${name} twice`);
    }
  }
}

function leavesOf({ children, path }: SchemaTree): string[] {
  return children.length === 0 ? [pathText(path)] : children.flatMap(leavesOf);
}

function pathText(path: readonly string[]): string {
  return JSON.stringify(path);
}

/** The ranges of rows that are read at once, end exclusive. */
function* rangesOf({ row_groups: groups }: FileMetaData): Generator<{ rowStart: number; rowEnd: number }> {
  let start = 0;
  for (const { num_rows: count, columns } of groups) {
    const end = start + Number(count);
    // Without it each range would read the columns of the whole group again.
    const step = columns.every((column) => column.offset_index_offset !== undefined) ? ROWS_AT_ONCE : Number(count);
    for (let at = start; at < end; at += step) yield { rowStart: at, rowEnd: Math.min(at + step, end) };
    start = end;
  }
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) throw new Error('the file ends early');
    length += bytesRead;
  }
  return bytes.buffer;
}

function bounded(output: Uint8Array, length: number): Uint8Array {
  if (output.length !== length) throw new Error(`a page of ${length} bytes has ${output.length}`);
  return output;
}

/** What the library finds wrong, as a person is told it. */
async function told<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^parquet /, '') : String(cause);
    const codec = /unsupported compression codec: (\w+)/.exec(reason)?.[1];
    const remedy =
      codec === undefined
        ? 'download or write the file again, or write it as JSONL'
        : 'write it with snappy, zstd, gzip or brotli, or as JSONL';
    const what =
      codec === undefined
        ? `the Parquet file cannot be read: ${reason}`
        : `the Parquet file is compressed with ${codec}`;
    throw new SftError('unreadable-file', what, { file, remedy, exitCode: 2, cause });
  }
}
