/** Floats of 16 bits to fp32 and back, as no typed array has them. */

type Half = 'bf16' | 'f16';

const NAN = { bf16: 0x7fc0, f16: 0x7e00 } as const;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** What each pattern of 16 bits stands for. */
const VALUES: { [Type in Half]?: Float32Array } = {};

export function widen(type: Half, halves: Uint16Array): Float32Array {
  const values = (VALUES[type] ??= Float32Array.from({ length: 65536 }, (_, half) => wide(type, half)));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < floats.length; i++) floats[i] = values[halves[i]!]!;
  return floats;
}

function wide(type: Half, half: number): number {
  if (type === 'bf16') {
    bits[0] = half * 65536;
    return float[0]!;
  }
  const sign = half < 0x8000 ? 1 : -1;
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Writes floats as halves, rounded to nearest even. */
export function narrow(type: Half, halves: Uint16Array, floats: Float32Array): void {
  for (let i = 0; i < floats.length; i++) halves[i] = half(type, floats[i]!);
}

function half(type: Half, value: number): number {
  if (Number.isNaN(value)) return NAN[type];
  float[0] = value;
  const word = bits[0]!;
  if (type === 'bf16') return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  const [sign, magnitude] = [(word >>> 16) & 0x8000, word & 0x7fffffff];
  // 65520 and more round to infinity; below 2^-14 a step is 2^-24, which adding and taking 2^52 rounds to.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | (Math.abs(value) * 2 ** 24 + 2 ** 52 - 2 ** 52);
  return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13);
}
