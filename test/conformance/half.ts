const word = new DataView(new ArrayBuffer(4));

function floatBits(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}

function fromBits(bits: number): number {
  word.setUint32(0, bits >>> 0);
  return word.getFloat32(0);
}

/** The bits of a float32 rounded to bf16, to nearest even; NaN stays NaN. */
export function encodeBf16(value: number): number {
  const bits = floatBits(value);
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

export function decodeBf16(bits: number): number {
  return fromBits(bits * 65536);
}

/** The bits of a float32 rounded to IEEE half precision, to nearest even, by arithmetic on the value itself. */
export function encodeF16(value: number): number {
  const single = Math.fround(value);
  const sign = Object.is(single, -0) || single < 0 ? 0x8000 : 0;
  const magnitude = Math.abs(single);
  if (Number.isNaN(single)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  const step = 2 ** (exponent - 10);
  // The mantissa as an integer; where it rounds up to 2048 the carry moves into the exponent by itself.
  const mantissa = roundHalfEven(magnitude / step);
  return sign | (magnitude < 2 ** -14 ? mantissa : ((exponent + 15) << 10) + mantissa - 1024);
}

export function decodeF16(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
