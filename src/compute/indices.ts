import type { DeviceBuffer, DeviceMemory } from './memory';

/** Token ids, positions or row numbers on a device. They are checked where they are written: no kernel reads them back to check them. */
export interface Indices {
  /** i32 [length] */
  readonly data: DeviceBuffer;
  readonly length: number;
  /** Every index is below this. */
  readonly below: number;
}

/**
 * Packed sequences. Four i32 per sequence: first query row, number of query rows, first key row, number of key rows. The last
 * query row is aligned with the last key row (causal): whole sequences have equal counts, those behind a shared prefix more keys than
 * queries, and decoding has 1 query over n cached keys.
 */
export interface Sequences {
  /** i32 [count, 4] */
  readonly table: DeviceBuffer;
  readonly count: number;
  /** The sequences lie within so many rows of queries and of keys. */
  readonly queryRows: number;
  readonly keyRows: number;
}

/**
 * Writes indices into a buffer of exactly their number.
 * @throws RangeError where one is negative
 */
export function writeIndices(device: DeviceMemory, data: DeviceBuffer, values: Int32Array): Indices {
  let below = 0;
  for (const value of values) {
    if (value < 0) throw new RangeError(`an index is ${value}`);
    if (value >= below) below = value + 1;
  }
  if (values.length > 0) device.write(data, values);
  return { data, length: values.length, below };
}

/** A window on indices: `length` of them from `offset` on. */
export function sliceIndices({ data, below }: Indices, offset: number, length: number): Indices {
  return { data: data.slice(offset, length), length, below };
}

/** A window on indices that count 0, 1, 2 and so on: `length` of them from `offset` on. */
export function sliceCounting({ data }: Indices, offset: number, length: number): Indices {
  return { data: data.slice(offset, length), length, below: offset + length };
}

/**
 * Writes a table of sequences into a buffer of exactly its size.
 * @throws RangeError where a row holds a negative number, or more queries than keys
 */
export function writeSequences(device: DeviceMemory, data: DeviceBuffer, table: Int32Array): Sequences {
  let queryRows = 0;
  let keyRows = 0;
  for (let at = 0; at < table.length; at += 4) {
    const [query, queries, key, keys] = [table[at]!, table[at + 1]!, table[at + 2]!, table[at + 3]!];
    if (query < 0 || queries < 0 || key < 0 || keys < queries) {
      throw new RangeError(`sequence ${at / 4}: queries ${query}+${queries}, keys ${key}+${keys}`);
    }
    queryRows = Math.max(queryRows, query + queries);
    keyRows = Math.max(keyRows, key + keys);
  }
  device.write(data, table);
  return { table: data, count: table.length / 4, queryRows, keyRows };
}
