import type { DType } from '../memory';
import { MOST_BINDINGS, PARAMETER_BYTES } from './binding';

/**
 * A kernel in WGSL. Its code has an entry point `main` and reads and writes what it is given by functions of these names, whatever
 * buffer that lies in and wherever it begins there: `x_at(i)` an element (f32 of any float type, i32, or u32 of a byte),
 * `x_put(i, value)` of an f32 or i32; `x_bits(i)` is an element of a float type as the bits of an f32. Of elements narrower than a word
 * `x_word_at(i)` and `x_put_word(i, bits)` take the word in which one lies; `p.n` is the parameter n.
 *
 * `p.one` is 1. Where the number of rounds of a loop is multiplied by it, no compiler knows it: unrolled, such loops take compilers on a
 * processor a quarter of a minute.
 */
export interface Program {
  /** Of this code alone. */
  readonly name: string;
  readonly args: readonly string[];
  readonly params: Readonly<Record<string, 'u32' | 'i32' | 'f32'>>;
  readonly code: string;
  /** What a person can do where an argument is larger than a kernel sees, if it is not the usual. */
  readonly remedy?: string;
}

/** Threads of a workgroup, where a program has no reason for another number. */
export const THREADS = 256;

/**
 * The whole of a program, for arguments of these types of which argument i lies in the buffer of number slots[i]. Arguments in one buffer
 * share a binding: WebGPU lets a kernel bind no part of a buffer twice where one of them is written.
 */
export function assemble(program: Program, dtypes: readonly DType[], slots: readonly number[]): string {
  const { args, params, code } = program;
  const members = [
    ...args.map((name) => `${name}_start: u32`),
    'one: u32',
    ...Object.entries(params).map(([n, t]) => `${n}: ${t}`),
  ];
  if (members.length * 4 > PARAMETER_BYTES) throw new RangeError(`${program.name} has too many parameters`);
  const count = Math.max(...slots) + 1;
  if (count > MOST_BINDINGS) throw new RangeError(`${program.name} sees too many buffers`);
  const buffers = Array.from({ length: count }, (_, slot) => {
    return `@group(0) @binding(${slot}) var<storage, read_write> buffer${slot}: array<u32>;`;
  });
  return [
    `struct Parameters { ${members.join(', ')} }`,
    '@group(1) @binding(0) var<uniform> p: Parameters;',
    ...buffers,
    HALVES,
    ...args.map((name, i) => accessors(name, dtypes[i]!, `buffer${slots[i]!}`)),
    code,
  ].join('\n');
}

/** The functions by which code reads and writes an argument. */
function accessors(name: string, dtype: DType, buffer: string): string {
  const at = `p.${name}_start + i`;
  const word = `${buffer}[(${at}) >> ${dtype === 'u8' ? 2 : 1}u]`;
  const narrow = `fn ${name}_word_at(i: u32) -> u32 { return ${word}; }
fn ${name}_put_word(i: u32, bits: u32) { ${word} = bits; }`;
  const float = `fn ${name}_at(i: u32) -> f32 { return bitcast<f32>(${name}_bits(i)); }`;
  switch (dtype) {
    case 'f32':
      return `${float}
fn ${name}_bits(i: u32) -> u32 { return ${buffer}[${at}]; }
fn ${name}_put_bits(i: u32, bits: u32) { ${buffer}[${at}] = bits; }
fn ${name}_put(i: u32, value: f32) { ${buffer}[${at}] = bitcast<u32>(value); }`;
    case 'i32':
      return `fn ${name}_at(i: u32) -> i32 { return bitcast<i32>(${buffer}[${at}]); }
fn ${name}_bits(i: u32) -> u32 { return ${buffer}[${at}]; }
fn ${name}_put_bits(i: u32, bits: u32) { ${buffer}[${at}] = bits; }`;
    case 'bf16':
      return `${float}
${narrow}
fn ${name}_bits(i: u32) -> u32 { return select(${word} << 16u, ${word} & 0xffff0000u, ((${at}) & 1u) == 1u); }`;
    case 'f16':
      return `${float}
${narrow}
fn ${name}_bits(i: u32) -> u32 { return f16_to_f32((${word} >> (16u * ((${at}) & 1u))) & 0xffffu); }`;
    case 'u8':
      return `${narrow}
fn ${name}_at(i: u32) -> u32 { return (${word} >> (8u * ((${at}) & 3u))) & 0xffu; }`;
  }
}

/** Bits of an fp16 to those of the same number in fp32. Whole numbers all the way: graphics cards may take subnormal ones for 0. */
const HALVES = `
fn f16_to_f32(h: u32) -> u32 {
  let sign = (h & 0x8000u) << 16u;
  let exponent = (h >> 10u) & 31u;
  let fraction = h & 1023u;
  if (exponent == 31u) { return sign | 0x7f800000u | (fraction << 13u); }
  if (exponent > 0u) { return sign | ((exponent + 112u) << 23u) | (fraction << 13u); }
  if (fraction == 0u) { return sign; }
  let top = firstLeadingBit(fraction);
  return sign | ((top + 103u) << 23u) | ((fraction << (23u - top)) & 0x7fffffu);
}`;

const programs = new Map<string, Program>();

/** A program that is put together from pieces, once under a name of its own. */
export function programOnce(name: string, make: () => Program): Program {
  let program = programs.get(name);
  if (program === undefined) programs.set(name, (program = make()));
  return program;
}

/** A program that does one statement for each element i below the parameter n. */
export function elementwise(
  name: string,
  args: readonly string[],
  params: Program['params'],
  statement: string,
  library = '',
): Program {
  const code = `${library}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < p.n; i += groups.x * ${THREADS}u) { ${statement} }
}`;
  return { name, args, params: { n: 'u32', ...params }, code };
}

/** Workgroups in one direction, at most. */
export const GROUPS = 65535;

/** A program of which a workgroup does one thing for each `row` below the parameter rows; its threads are t. */
export function rowwise(
  name: string,
  args: readonly string[],
  params: Program['params'],
  body: string,
  library: string,
): Program {
  const code = `${library}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  for (var row = group.x; row < p.rows; row += ${GROUPS}u) {
    ${body}
  }
}`;
  return { name, args, params: { rows: 'u32', ...params }, code };
}

/** Threads of a workgroup of a program that has one for each column: few, so that narrow matrices have several workgroups. */
export const COLUMN_THREADS = 64;

/** A program of which a thread does one thing for each `col` below the parameter cols. */
export function columnwise(name: string, args: readonly string[], params: Program['params'], body: string): Program {
  const code = `
@compute @workgroup_size(${COLUMN_THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let col = id.x;
  if (col >= p.cols) { return; }
  ${body}
}`;
  return { name, args, params: { cols: 'u32', ...params }, code };
}

/** A program that sums `value`, of the element `at` in `row`, over the rows of each column and does a last thing with the `total`. */
export function columnSums(name: string, args: readonly string[], value: string, last: string): Program {
  const body = `var total = 0.0;
  for (var row = 0u; row < p.rows; row++) { let at = row * p.cols + col; total += ${value}; }
  ${last}`;
  return columnwise(name, args, { rows: 'u32' }, body);
}
