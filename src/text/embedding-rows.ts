import { open, type FileHandle } from 'node:fs/promises';
import { locateTensors, type LocatedTensor } from '../base/tensor-folder';

/** Names of the table of token embeddings. */
const TABLES = ['model.embed_tokens.weight', 'embed_tokens.weight'];

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
    const table = tableOf(modelDir);
    if (table === undefined) return undefined;
    const { type, rows, columns, file, byteOffset } = table;
    const opened = await open(file);
    handle = opened;
    return await task((ids) =>
      Promise.all(
        ids.map(async (id) => {
          if (id >= rows) return undefined;
          const bytes = Buffer.alloc(columns * WIDTH[type]);
          const { bytesRead } = await opened.read(bytes, 0, bytes.length, byteOffset + id * bytes.length);
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

interface Table extends Pick<LocatedTensor, 'file' | 'byteOffset'> {
  readonly type: Type;
  readonly rows: number;
  readonly columns: number;
}

/** @throws SftError where the folder's weights are damaged */
function tableOf(modelDir: string): Table | undefined {
  const tensors = locateTensors(modelDir);
  const found = TABLES.map((name) => tensors.get(name)).find((tensor) => tensor !== undefined);
  if (found === undefined || !(found.dtype in WIDTH) || found.shape.length !== 2) return undefined;
  const [rows, columns] = found.shape as [number, number];
  return { type: found.dtype as Type, rows, columns, file: found.file, byteOffset: found.byteOffset };
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
