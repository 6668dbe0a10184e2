import { fromHalf, toHalf } from '../../base/half';
import type { HalfType } from '../memory';

/** Floats of 16 bits to fp32 and back, as no typed array has them. */

const NAN = { bf16: 0x7fc0, f16: 0x7e00 } as const;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** What each pattern of 16 bits stands for. */
const VALUES: { [Type in HalfType]?: Float32Array } = {};

export function widen(type: HalfType, halves: Uint16Array): Float32Array {
  const values = (VALUES[type] ??= Float32Array.from({ length: 65536 }, (_, half) => wide(type, half)));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < floats.length; i++) floats[i] = values[halves[i]!]!;
  return floats;
}

function wide(type: HalfType, half: number): number {
  if (type === 'f16') return fromHalf(half);
  bits[0] = half * 65536;
  return float[0]!;
}

/** Writes floats as halves, rounded to nearest even. */
export function narrow(type: HalfType, halves: Uint16Array, floats: Float32Array): void {
  for (let i = 0; i < floats.length; i++) halves[i] = half(type, floats[i]!);
}

function half(type: HalfType, value: number): number {
  if (Number.isNaN(value)) return NAN[type];
  if (type === 'f16') return toHalf(value);
  float[0] = value;
  const word = bits[0]!;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}
