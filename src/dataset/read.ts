import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { SftError } from '../base/errors';
import { DatasetChecker, type DatasetItem } from './check';
import { OUR_COLUMNS, type Columns } from './columns';
import { sniff, Utf8Decoder } from './decode';
import type { DatasetExample, DatasetFormat } from './example';
import type { Finding } from './finding';
import type { DatasetKind } from './formats/kind';
import type { Rule } from './rule';

/** A dataset that fits in memory. */
export interface Dataset {
  readonly file: string;
  readonly format: DatasetFormat;
  readonly kind: DatasetKind;
  /** The valid examples; examples[i].index is i. */
  readonly examples: readonly DatasetExample[];
  /** The file's own names for ours, by which it was read. */
  readonly columns: Columns;
  readonly findings: readonly Finding[];
  /** SHA-256 of the file's bytes, hexadecimal. */
  readonly sha256: string;
}

export interface ReadOptions {
  /** The rules about content to check by; CONTENT_RULES if not given. */
  readonly rules?: readonly Rule[];
  /** The file's own names for ours, where it has any. */
  readonly columns?: Columns;
  readonly signal?: AbortSignal;
  /** Called after each piece with the bytes read so far and the file's size. */
  readonly onProgress?: (read: number, size: number) => void;
}

/** The last item of a stream. */
export interface DatasetEnd {
  readonly type: 'end';
  readonly format: DatasetFormat;
  readonly kind: DatasetKind;
  /** The row that names a table's columns, as it stands in the file; empty where the file is no table. */
  readonly header: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** V8 keeps strings of more than 128 KiB among the old ones, where they stay long after their last use. */
const CHUNK = 48 * 1024;

/**
 * Reads and checks a dataset file of any size, item by item, in file order; it holds one piece of the file and one example. What is
 * wrong with the data comes as findings, never as a throw.
 * @throws SftError `unreadable-file` (exit code 2) where the file is missing, a folder, or not readable
 * @throws the signal's reason where it is aborted
 */
export async function* streamDataset(
  file: string,
  options: ReadOptions = {},
): AsyncGenerator<DatasetItem | DatasetEnd, void, undefined> {
  for await (const batch of streamBatches(file, options)) for (const item of batch) yield item;
}

/** What streamDataset gives, a piece of the file at a time: an await for each item would cost more than its parsing. */
export async function* streamBatches(
  file: string,
  options: ReadOptions = {},
): AsyncGenerator<readonly (DatasetItem | DatasetEnd)[], void, undefined> {
  const handle = await openForReading(file);
  try {
    const size = (await handle.stat()).size;
    if (/\.parquet$/i.test(file)) {
      yield* parquetBatches(handle, file, size, options);
      return;
    }
    const hash = createHash('sha256');
    const decoder = new Utf8Decoder();
    const { rules, columns } = options;
    const checker = new DatasetChecker(file, {
      ...(rules === undefined ? {} : { rules }),
      ...(columns === undefined ? {} : { columns }),
    });
    // One buffer for all pieces: hash and decoder are done with it, or have copied, before the next is read.
    const buffer = Buffer.allocUnsafe(CHUNK);
    let bytes = 0;
    for (;;) {
      options.signal?.throwIfAborted();
      const piece = await readPiece(handle, file, buffer);
      hash.update(piece);
      const final = piece.length === 0;
      const problem = bytes === 0 ? sniff(piece) : undefined;
      bytes += piece.length;
      options.onProgress?.(bytes, size);
      if (problem !== undefined) yield checker.reject(problem.rule, problem.message);
      if (!checker.stopped) {
        const chunk = decoder.decode(piece, final);
        const { text, problem: invalid } = chunk;
        yield invalid === undefined
          ? checker.push(text)
          : checker.pushInvalid(text, chunk.invalidAt!, invalid.rule, invalid.message);
        if (final) yield checker.finish();
      }
      if (final) break;
    }
    const { format, kind, header } = checker;
    yield [{ type: 'end', format, kind, header, sha256: hash.digest('hex'), bytes }];
  } finally {
    await handle.close();
  }
}

/** As streamBatches, of a Parquet file: each row is a line of JSON, numbered from 1. */
async function* parquetBatches(
  handle: FileHandle,
  file: string,
  size: number,
  { rules, columns, signal, onProgress }: ReadOptions,
): AsyncGenerator<readonly (DatasetItem | DatasetEnd)[], void, undefined> {
  const { parquetLines } = await import('./parquet/parquet-lines');
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let at = 0; at < size;) {
    signal?.throwIfAborted();
    const piece = await readPiece(handle, file, buffer, at);
    if (piece.length === 0) break;
    hash.update(piece);
    at += piece.length;
  }
  const checker = new DatasetChecker(file, {
    ...(rules === undefined ? {} : { rules }),
    ...(columns === undefined ? {} : { columns }),
  });
  for await (const { text, read, rows } of parquetLines(handle, file, size)) {
    signal?.throwIfAborted();
    onProgress?.(Math.round((size * read) / Math.max(1, rows)), size);
    for (let at = 0; at < text.length && !checker.stopped; at += CHUNK) yield checker.push(text.slice(at, at + CHUNK));
    if (checker.stopped) break;
  }
  yield checker.finish();
  yield [{ type: 'end', format: 'parquet', kind: checker.kind, header: '', sha256: hash.digest('hex'), bytes: size }];
}

/**
 * Reads a dataset into memory.
 * @throws SftError `unreadable-file` (exit code 2) where the file is missing, a folder, or not readable
 */
export async function readDataset(file: string, options: ReadOptions = {}): Promise<Dataset> {
  const examples: DatasetExample[] = [];
  const findings: Finding[] = [];
  const { columns = OUR_COLUMNS } = options;
  for await (const batch of streamBatches(file, options)) {
    for (const item of batch) {
      if (item.type === 'example') examples.push(item.example);
      else if (item.type === 'finding') findings.push(item.finding);
      else return { file, format: item.format, kind: item.kind, examples, columns, findings, sha256: item.sha256 };
    }
  }
  throw new Error('the stream ended without its last item');
}

/** Checks a text that is in memory already, such as an editor's document. `file` names it in the findings. */
export function checkText(file: string, text: string, rules?: readonly Rule[]): DatasetItem[] {
  const checker = new DatasetChecker(file, rules === undefined ? {} : { rules });
  return [...checker.push(text.startsWith('\ufeff') ? text.slice(1) : text), ...checker.finish()];
}

async function openForReading(file: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    throw unreadable(file, error);
  }
  if (!(await handle.stat()).isDirectory()) return handle;
  await handle.close();
  throw unreadable(file, Object.assign(new Error('is a folder'), { code: 'EISDIR' }));
}

/**
 * Fills the buffer as far as the file goes; the piece lies in it.
 * @param from where in the file; where it was left where not given
 */
async function readPiece(handle: FileHandle, file: string, buffer: Buffer, from?: number): Promise<Buffer> {
  let length = 0;
  try {
    while (length < CHUNK) {
      const { bytesRead } = await handle.read(
        buffer,
        length,
        CHUNK - length,
        from === undefined ? null : from + length,
      );
      if (bytesRead === 0) break;
      length += bytesRead;
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  return buffer.subarray(0, length);
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOENT: ['there is no such file', 'check the name and the current folder'],
  EISDIR: ['this is a folder, not a file', 'name the dataset file in it'],
  EACCES: ['you have no permission to read the file', 'change its permissions or copy it'],
  EPERM: ['you have no permission to read the file', 'change its permissions or copy it'],
  EBUSY: ['another program has the file open for itself', 'close it there'],
};

function unreadable(file: string, cause: unknown): SftError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const [reason, remedy] = REASONS[code] ?? [
    `the file cannot be read (${code || String(cause)})`,
    'check the disk and the path',
  ];
  return new SftError('unreadable-file', reason, { file, remedy, exitCode: 2, cause });
}
