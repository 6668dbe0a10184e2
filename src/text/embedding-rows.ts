import { open, readFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '../base/fetched-file';
import { isObject } from './model-files';

/** Names of the table of token embeddings. */
const TABLES = ['model.embed_tokens.weight', 'embed_tokens.weight'];
const MAX_HEADER_BYTES = 100_000_000;

/** Rows of a model's table of token embeddings, by token id; undefined for an id beyond it. */
export type EmbeddingRows = (ids: readonly number[]) => Promise<(Float32Array | undefined)[]>;

/**
 * Runs a task with the table of a model folder. Undefined where there are no weights, or the table is quantised or not as it should be:
 * who opens the model says what is wrong with it.
 */
export async function withEmbeddingRows<T>(
  modelDir: string,
  task: (rows: EmbeddingRows) => Promise<T>,
): Promise<T | undefined> {
  let handle: FileHandle | undefined;
  try {
    const file = await tableFile(modelDir);
    if (file === undefined) return undefined;
    handle = await open(file);
    const table = await tableOf(handle);
    if (table === undefined) return undefined;
    const { shape, at, type } = table;
    const opened = handle;
    return await task((ids) =>
      Promise.all(
        ids.map(async (id) => {
          if (id >= shape[0]) return undefined;
          const bytes = Buffer.alloc(shape[1] * WIDTH[type]);
          const { bytesRead } = await opened.read(bytes, 0, bytes.length, at + id * bytes.length);
          return bytesRead < bytes.length ? undefined : floats(bytes, type);
        }),
      ),
    );
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}

const WIDTH = { F32: 4, BF16: 2, F16: 2 } as const;
type Type = keyof typeof WIDTH;

interface Table {
  readonly type: Type;
  readonly shape: readonly [number, number];
  /** Byte of the file. */
  readonly at: number;
}

/** The file that holds the table. */
async function tableFile(modelDir: string): Promise<string | undefined> {
  const index = await readFile(path.join(modelDir, 'model.safetensors.index.json'), 'utf8').catch(() => undefined);
  if (index === undefined) return path.join(modelDir, 'model.safetensors');
  const map = (JSON.parse(index) as JsonObject)['weight_map'];
  const name = isObject(map) ? TABLES.map((table) => map[table]).find((file) => typeof file === 'string') : undefined;
  return typeof name === 'string' && path.basename(name) === name ? path.join(modelDir, name) : undefined;
}

async function tableOf(handle: FileHandle): Promise<Table | undefined> {
  const length = Buffer.alloc(8);
  await handle.read(length, 0, 8, 0);
  const size = Number(length.readBigUInt64LE());
  if (size > MAX_HEADER_BYTES) return undefined;
  const header = Buffer.alloc(size);
  await handle.read(header, 0, size, 8);
  const tensors = JSON.parse(header.toString('utf8')) as JsonObject;
  const entry = TABLES.map((name) => tensors[name]).find(isObject);
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  if (typeof dtype !== 'string' || !(dtype in WIDTH) || !Array.isArray(shape) || !Array.isArray(offsets))
    return undefined;
  const [rows, columns] = shape as readonly unknown[];
  const [start] = offsets as readonly unknown[];
  if (typeof rows !== 'number' || typeof columns !== 'number' || typeof start !== 'number') return undefined;
  return { type: dtype as Type, shape: [rows, columns], at: 8 + size + start };
}

function floats(bytes: Buffer, type: Type): Float32Array {
  const values = new Float32Array(bytes.length / WIDTH[type]);
  for (let i = 0; i < values.length; i++) {
    if (type === 'F32') values[i] = bytes.readFloatLE(4 * i);
    else values[i] = type === 'BF16' ? bfloat(bytes.readUInt16LE(2 * i)) : half(bytes.readUInt16LE(2 * i));
  }
  return values;
}

const WORD = new DataView(new ArrayBuffer(4));

function bfloat(bits: number): number {
  WORD.setUint32(0, bits * 0x10000);
  return WORD.getFloat32(0);
}

function half(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}
