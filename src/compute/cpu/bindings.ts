import type { LibraryHandle } from 'koffi';

/** An address in native memory. Plain numbers: user space ends below 2^53 on every platform, and koffi passes them fastest. */
export type Address = number;

/**
 * One signature a function of native/cpu/sft_cpu.h, in koffi's words. Pointers to device memory are `uintptr_t` so that an
 * address is plain arithmetic; `host` stands for a pointer to a typed array.
 */
const SIGNATURES = {
  abiVersion: ['int32_t', 'sft_abi_version', []],
  init: ['int32_t', 'sft_init', ['string', 'i32']],
  isa: ['string', 'sft_isa', []],
  cpuName: ['string', 'sft_cpu_name', []],
  threads: ['int32_t', 'sft_threads', []],
  alloc: ['uintptr_t', 'sft_alloc', ['u64']],
  free: ['void', 'sft_free', ['at', 'u64']],
  map: ['uintptr_t', 'sft_map', ['string', 'host', 'host']],
  unmap: ['void', 'sft_unmap', ['at', 'u64']],
  mapAdvise: ['void', 'sft_map_advise', ['at', 'u64', 'i32']],
  mapLost: ['int32_t', 'sft_map_lost', ['at']],
  read: ['void', 'sft_copy', ['host', 'i32', 'at', 'i32', 'i64']],
  write: ['void', 'sft_copy', ['at', 'i32', 'host', 'i32', 'i64']],
  linear: [
    'void',
    'sft_linear',
    ['at', 'at', 'at', 'i32', 'i64', 'i64', 'i64', 'f32', 'f32', 'at', 'at', 'i64', 'f32'],
  ],
  // The same functions, with the struct sft_nf4 in place of the address of a weight.
  linearNf4: [
    'void',
    'sft_linear',
    ['at', 'at', 'host', 'i32', 'i64', 'i64', 'i64', 'f32', 'f32', 'at', 'at', 'i64', 'f32'],
  ],
  linearNf4BackwardInput: [
    'void',
    'sft_linear_backward_input',
    ['at', 'at', 'host', 'i32', 'i64', 'i64', 'i64', 'f32', 'f32', 'at', 'at', 'i64', 'f32'],
  ],
  gatherNf4Rows: ['void', 'sft_gather_rows', ['at', 'host', 'i32', 'at', 'i64', 'i64']],
  quantizeNf4: ['void', 'sft_quantize_nf4', ['host', 'at', 'i32', 'i64']],
  linearBackwardInput: [
    'void',
    'sft_linear_backward_input',
    ['at', 'at', 'at', 'i32', 'i64', 'i64', 'i64', 'f32', 'f32', 'at', 'at', 'i64', 'f32'],
  ],
  linearBackwardWeight: ['void', 'sft_linear_backward_weight', ['at', 'at', 'at', 'i64', 'i64', 'i64', 'f32', 'f32']],
  addBias: ['void', 'sft_add_bias', ['at', 'at', 'i32', 'i64', 'i64']],
  addBiasBackward: ['void', 'sft_add_bias_backward', ['at', 'at', 'i64', 'i64']],
  rmsNorm: ['void', 'sft_rms_norm', ['at', 'at', 'at', 'i32', 'i64', 'i64', 'f32', 'f32']],
  rmsNormBackward: [
    'void',
    'sft_rms_norm_backward',
    ['at', 'at', 'at', 'at', 'i32', 'at', 'i64', 'i64', 'f32', 'f32', 'f32'],
  ],
  rope: ['void', 'sft_rope', ['at', 'at', 'at', 'at', 'i64', 'i64', 'i64', 'i32', 'i64']],
  attention: ['void', 'sft_attention', ['at', 'at', 'at', 'at', 'at', 'at', 'i64', 'i64', 'i64', 'i64', 'f32', 'i64']],
  attentionBackward: [
    'void',
    'sft_attention_backward',
    ['at', 'at', 'at', 'at', 'at', 'at', 'at', 'at', 'at', 'at', 'i64', 'i64', 'i64', 'i64', 'f32', 'i64'],
  ],
  swiglu: ['void', 'sft_swiglu', ['at', 'at', 'at', 'i64']],
  swigluBackward: ['void', 'sft_swiglu_backward', ['at', 'at', 'at', 'at', 'at', 'i64']],
  geglu: ['void', 'sft_geglu', ['at', 'at', 'at', 'i64']],
  gegluBackward: ['void', 'sft_geglu_backward', ['at', 'at', 'at', 'at', 'at', 'i64']],
  scale: ['void', 'sft_scale', ['at', 'i64', 'f32']],
  add: ['void', 'sft_add', ['at', 'at', 'i64']],
  copy: ['void', 'sft_copy', ['at', 'i32', 'at', 'i32', 'i64']],
  fill: ['void', 'sft_fill', ['at', 'i32', 'i64', 'f64']],
  dropout: ['void', 'sft_dropout', ['at', 'at', 'i64', 'f64', 'u64', 'u64', 'f32']],
  addNoise: ['void', 'sft_add_noise', ['at', 'i64', 'f32', 'u64', 'u64']],
  dither: ['void', 'sft_dither', ['at', 'i64', 'i32', 'u64', 'u64']],
  gatherRows: ['void', 'sft_gather_rows', ['at', 'at', 'i32', 'at', 'i64', 'i64']],
  scatterRows: ['void', 'sft_scatter_rows', ['at', 'at', 'at', 'i64', 'i64', 'f32']],
  rowNorms: ['void', 'sft_row_norms', ['at', 'at', 'i64', 'i64']],
  scaleRows: ['void', 'sft_scale_rows', ['at', 'at', 'at', 'i64', 'i64']],
  scaleColumns: ['void', 'sft_scale_columns', ['at', 'at', 'at', 'at', 'i64', 'i64', 'f32']],
  scaleColumnsBackward: ['void', 'sft_scale_columns_backward', ['at', 'at', 'at', 'at', 'i64', 'i64']],
  crossEntropy: ['void', 'sft_cross_entropy', ['at', 'at', 'at', 'i64', 'i64', 'i32', 'f32']],
  sumSquares: ['double', 'sft_sum_squares', ['at', 'i64']],
  adamw: ['void', 'sft_adamw', ['at', 'at', 'at', 'at', 'i64', 'f64', 'f64', 'f64', 'f64', 'f64', 'i64', 'f64']],
  adamw8bit: [
    'void',
    'sft_adamw_8bit',
    [
      ...(['at', 'at', 'at', 'i64', 'at', 'at', 'at', 'at', 'at', 'at', 'at', 'at'] as const),
      ...(['f64', 'f64', 'f64', 'f64', 'f64', 'i64', 'f64'] as const),
    ],
  ],
} as const;

const C_TYPES = {
  at: 'uintptr_t',
  host: 'void *',
  string: 'const char *',
  i32: 'int32_t',
  i64: 'int64_t',
  u64: 'uint64_t',
  f32: 'float',
  f64: 'double',
} as const;

type HostArray = Float32Array | Float64Array | Int32Array | Uint16Array | Uint8Array | BigUint64Array;
interface ArgumentTypes {
  at: Address;
  host: HostArray;
  string: string;
  i32: number;
  i64: number;
  u64: number;
  f32: number;
  f64: number;
}
interface ResultTypes {
  int32_t: number;
  uintptr_t: Address;
  double: number;
  string: string;
  void: undefined;
}

type Signatures = typeof SIGNATURES;
type Arguments<T extends readonly (keyof ArgumentTypes)[]> = { -readonly [I in keyof T]: ArgumentTypes[T[I]] };

/** The functions of native/cpu/sft_cpu.h, typed. A null pointer is address 0. */
export type CpuLibrary = {
  readonly [Name in keyof Signatures]: (...args: Arguments<Signatures[Name][2]>) => ResultTypes[Signatures[Name][0]];
};

/** @throws what koffi throws where a function is missing */
export function bindLibrary(handle: LibraryHandle): CpuLibrary {
  const entries = Object.entries(SIGNATURES).map(([name, [result, symbol, types]]) => [
    name,
    handle.func(
      symbol,
      result === 'string' ? C_TYPES.string : result,
      types.map((type) => C_TYPES[type]),
    ),
  ]);
  // The table above is the type.
  return Object.fromEntries(entries) as CpuLibrary;
}
