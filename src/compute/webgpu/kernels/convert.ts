import type { DType, HalfType } from '../../memory';
import { elementwise, THREADS, type Program } from '../program';
import type { Kernel } from '../kernel';

/** Bits of an f32 to those of a narrower type, to nearest even; NaN stays NaN. */
const NARROW: Readonly<Record<HalfType, string>> = {
  bf16: `
fn narrow(bits: u32) -> u32 {
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return (bits >> 16u) | 0x40u; }
  return (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
}`,
  f16: `
fn narrow(bits: u32) -> u32 {
  let sign = (bits >> 16u) & 0x8000u;
  let m = bits & 0x7fffffffu;
  if (m > 0x7f800000u) { return sign | 0x7e00u; }
  if (m >= 0x477ff000u) { return sign | 0x7c00u; }
  if (m <= 0x33000000u) { return sign; }
  if (m >= 0x38800000u) {
    let r = m - 0x38000000u;
    return sign | ((r + 0xfffu + ((r >> 13u) & 1u)) >> 13u);
  }
  let shift = 126u - (m >> 23u);
  let fraction = (m & 0x7fffffu) | 0x800000u;
  let q = fraction >> shift;
  let rest = fraction & ((1u << shift) - 1u);
  let middle = 1u << (shift - 1u);
  return sign | (q + u32(rest > middle || (rest == middle && (q & 1u) == 1u)));
}`,
};

/** Writes elements narrower than a word, a thread to each word; what of a word is not theirs stays as it is. */
function intoWords(
  name: string,
  inWord: 2 | 4,
  args: readonly string[],
  params: Program['params'],
  value: string,
): Program {
  const [width, mask] = inWord === 2 ? [16, '0xffffu'] : [8, '0xffu'];
  const code = `
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let begin = p.y_start / ${inWord}u;
  let words = (p.y_start + p.n + ${inWord - 1}u) / ${inWord}u - begin;
  for (var w = id.x; w < words; w += groups.x * ${THREADS}u) {
    // From the first element of y: one before it is a very large number.
    let first = (begin + w) * ${inWord}u - p.y_start;
    var word = y_word_at(first);
    for (var e = 0u; e < ${inWord}u; e++) {
      let i = first + e;
      if (i < p.n) { word = (word & ~(${mask} << (${width}u * e))) | (${value} << (${width}u * e)); }
    }
    y_put_word(first, word);
  }
}`;
  return { name, args, params: { n: 'u32', ...params }, code };
}

const WIDE = elementwise('copy to f32', ['y', 'x'], {}, 'y_put_bits(i, x_bits(i));');
const BYTES = intoWords('copy of bytes', 4, ['y', 'x'], {}, 'x_at(i)');
const FILL_WORDS = elementwise('fill', ['y'], { bits: 'u32' }, 'y_put_bits(i, p.bits);');

const into = (what: string, dtype: HalfType, args: string[], params: Program['params'], bits: string): Program => {
  const program = intoWords(`${what} to ${dtype}`, 2, args, params, `narrow(${bits})`);
  return { ...program, code: NARROW[dtype] + program.code };
};
const COPIES = {
  bf16: into('copy', 'bf16', ['y', 'x'], {}, 'x_bits(i)'),
  f16: into('copy', 'f16', ['y', 'x'], {}, 'x_bits(i)'),
};
const FILLS = {
  bf16: into('fill', 'bf16', ['y'], { bits: 'u32' }, 'p.bits'),
  f16: into('fill', 'f16', ['y'], { bits: 'u32' }, 'p.bits'),
};

/** y = x, converting between float types, or within i32 and within bytes. */
export const copy: Kernel<'copy'> = (r, y, x) => {
  r.eachOf(copyTo(y.dtype), { y, x });
};

function copyTo(dtype: DType): Program {
  if (dtype === 'u8') return BYTES;
  return dtype === 'bf16' || dtype === 'f16' ? COPIES[dtype] : WIDE;
}

/** x = value, of any type but bytes. */
export const fill: Kernel<'fill'> = (r, x, value) => {
  const bits = x.dtype === 'i32' ? value >>> 0 : new Uint32Array(Float32Array.of(value).buffer)[0]!;
  r.eachOf(x.dtype === 'bf16' || x.dtype === 'f16' ? FILLS[x.dtype] : FILL_WORDS, { y: x }, { bits });
};
