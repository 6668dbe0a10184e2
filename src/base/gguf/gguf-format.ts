/** Of the format's version 3, little-endian: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
export const MAGIC = 0x46554747;
export const VERSION = 3;
/** Of every tensor's start, counted from the start of the data. */
const ALIGNMENT = 32;

/** Codes of metadata values. */
export const VALUE_CODES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;

/** A value of the metadata; lists are of one type. */
export type MetadataValue =
  | { readonly type: 'u32' | 'i32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s' | 'f32s'; readonly value: readonly number[] };

/** In the order in which it is written. */
export type Metadata = ReadonlyMap<string, MetadataValue>;

/** How elements are stored, under the names of llama.cpp. */
export type GgufType = 'f32' | 'f16' | 'bf16' | 'q8_0' | 'q4_0';

interface GgufTypeFacts {
  /** Of the type in a tensor's entry. */
  readonly code: number;
  /** Elements that are stored together, along a row. */
  readonly block: number;
  readonly blockBytes: number;
  /** `general.file_type` of a file whose matrices are mostly of it. */
  readonly fileType: number;
}

export const GGUF_TYPES: Readonly<Record<GgufType, GgufTypeFacts>> = {
  f32: { code: 0, block: 1, blockBytes: 4, fileType: 0 },
  f16: { code: 1, block: 1, blockBytes: 2, fileType: 1 },
  bf16: { code: 30, block: 1, blockBytes: 2, fileType: 32 },
  q8_0: { code: 8, block: 32, blockBytes: 34, fileType: 7 },
  q4_0: { code: 2, block: 32, blockBytes: 18, fileType: 2 },
};

export const GGUF_TYPE_NAMES = Object.keys(GGUF_TYPES) as readonly GgufType[];

/** What a tensor takes in a file, without what fills it up to the alignment. */
export function storedBytes(type: GgufType, shape: readonly number[]): number {
  const { block, blockBytes } = GGUF_TYPES[type];
  return (shape.reduce((product, n) => product * n, 1) / block) * blockBytes;
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
