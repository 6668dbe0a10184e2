import type { Random } from '../base/random';

/** Bits of a fp32 value that a type of 16 bits does not keep. */
const DROPPED = { bf16: 0xffff, f16: 0x1fff };

/**
 * Rounds fp32 values in place to such as a type of 16 bits holds, up or down at random, each the likelier the nearer it is (stochastic rounding),
 * so that on the whole they keep what was added to them. Rounded to the nearest, a weight of that type to which less than half a step is
 * added stays what it was, and a short training adds less than that to almost all weights. A value that the type holds stays as it is.
 */
export function dither(values: Float32Array, type: keyof typeof DROPPED, random: Random): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const dropped = DROPPED[type];
  // A number drawn serves two values; past the end nothing is written.
  for (let i = 0; i < bits.length; i += 2) {
    const drawn = random.nextUint32();
    bits[i] = (bits[i]! + (drawn & dropped)) & ~dropped;
    bits[i + 1] = (bits[i + 1]! + ((drawn >>> 16) & dropped)) & ~dropped;
  }
}
