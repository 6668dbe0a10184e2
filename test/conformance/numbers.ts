import assert from 'node:assert/strict';
import type { Numbers } from './bench';

/** `length` numbers in (-scale, scale), exactly representable in fp32, the same for the same seed. */
export function randoms(length: number, seed: number, scale = 1): Float32Array {
  const values = new Float32Array(length);
  let state = (seed * 2654435761) >>> 0;
  for (let i = 0; i < length; i++) {
    // xorshift on a Weyl sequence
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
    x = (x ^ (x >>> 16)) >>> 0;
    values[i] = ((x + 0.5) / 2147483648 - 1) * scale;
  }
  return values;
}

/** `length` whole numbers in [0, limit). */
export function randomIndices(length: number, limit: number, seed: number): Int32Array {
  return Int32Array.from(randoms(length, seed), (x) => Math.floor(((x + 1) / 2) * limit));
}

/** Holds |actual - expected| <= tolerance * max(1, |expected|) everywhere, and NaN exactly where NaN is expected. */
export function assertClose(actual: Numbers, expected: Numbers, tolerance: number, what: string): void {
  assert.ok(expected.length > 0, `${what} is empty`);
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    const close = Number.isNaN(e)
      ? Number.isNaN(a)
      : a === e || Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e));
    assert.ok(close, `${what}[${i}]: ${a}, expected ${e}`);
  }
}

/** Holds equality bit for bit, where NaN equals NaN. */
export function assertSame(actual: Float32Array, expected: Float32Array, what: string): void {
  assert.ok(expected.length > 0, `${what} is empty`);
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Object.is(actual[i], expected[i]), `${what}[${i}]: ${actual[i]!} is not ${expected[i]!}`);
  }
}

/** d loss / d x by central differences, one element at a time. */
export function numericalGradient(loss: (x: Float64Array) => number, x: Numbers, step = 1e-5): Float64Array {
  const at = Float64Array.from(x);
  return at.map((value, i) => {
    at[i] = value + step;
    const above = loss(at);
    at[i] = value - step;
    const below = loss(at);
    at[i] = value;
    return (above - below) / (2 * step);
  });
}

/** numericalGradient of dot(f(x), dy) where every element of f(x) comes from that of x alone: all are moved at once. */
export function numericalSlopes(f: (x: Float64Array) => Numbers, x: Numbers, dy: Numbers, step = 1e-5): Float64Array {
  const [above, below] = [step, -step].map((by) => f(Float64Array.from(x, (value) => value + by)));
  return Float64Array.from(dy, (d, i) => (d * (above![i]! - below![i]!)) / (2 * step));
}

export function dot(a: Numbers, b: Numbers): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
