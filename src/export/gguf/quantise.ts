import { GGUF_TYPES } from '../../base/gguf/gguf-format';
import { toHalf } from '../../base/half';
import { isFiniteHalf } from '../half-range';

const BLOCK = 32;
const f = Math.fround;

/**
 * Bytes of numbers whose count is a multiple of 32, as ggml's Q8_0 and Q4_0 hold them; bit-equal to quantize_row_q8_0_ref and q4_0_ref.
 * @returns undefined where fp16 cannot hold the scale of a block
 */
export function quantise(type: 'q8_0' | 'q4_0', values: Float32Array): Uint8Array | undefined {
  const { blockBytes } = GGUF_TYPES[type];
  const out = new Uint8Array((values.length / BLOCK) * blockBytes);
  const put = type === 'q8_0' ? putQ8 : putQ4;
  for (let from = 0, at = 0; from < values.length; from += BLOCK, at += blockBytes) {
    if (!isFiniteHalf(put(values, from, out, at))) return undefined;
  }
  return out;
}

/** A scale in fp16, then 32 signed bytes. @returns the scale's bits */
function putQ8(values: Float32Array, from: number, out: Uint8Array, at: number): number {
  let largest = 0;
  for (let i = 0; i < BLOCK; i++) largest = Math.max(largest, Math.abs(values[from + i]!));
  const scale = f(largest / 127);
  const inverse = inverseOf(scale);
  const bits = putScale(out, at, scale);
  for (let i = 0; i < BLOCK; i++) {
    const value = f(values[from + i]! * inverse);
    // C's roundf: halves away from zero.
    const size = Math.floor(f(Math.abs(value)) + 0.5);
    out[at + 2 + i] = value < 0 ? -size : size;
  }
  return bits;
}

/** A scale in fp16, then 16 bytes: the block's first half in the low four bits, the second in the high ones. @returns the scale's bits */
function putQ4(values: Float32Array, from: number, out: Uint8Array, at: number): number {
  let largest = 0;
  for (let i = 0; i < BLOCK; i++) if (Math.abs(values[from + i]!) > Math.abs(largest)) largest = values[from + i]!;
  const scale = f(largest / -8);
  const inverse = inverseOf(scale);
  const bits = putScale(out, at, scale);
  const code = (value: number): number => Math.min(15, Math.trunc(f(f(value * inverse) + 8.5)));
  for (let i = 0; i < BLOCK / 2; i++) {
    out[at + 2 + i] = code(values[from + i]!) | (code(values[from + i + BLOCK / 2]!) << 4);
  }
  return bits;
}

/** 0 where the block is next to nothing: its numbers then become 0, as their scale does in fp16. */
function inverseOf(scale: number): number {
  const inverse = scale === 0 ? 0 : f(1 / scale);
  return Number.isFinite(inverse) ? inverse : 0;
}

function putScale(out: Uint8Array, at: number, scale: number): number {
  const bits = toHalf(scale);
  out[at] = bits & 0xff;
  out[at + 1] = bits >>> 8;
  return bits;
}
