/** A double as two fp32 whose sum it is, to 48 bits: how devices without doubles give and take exact sums. */
export function toPair(value: number): [number, number] {
  const high = Math.fround(value);
  return [high, Number.isFinite(high) ? Math.fround(value - high) : 0];
}

/** The number at a pair of fp32 in an array. */
export function pairAt(values: Float32Array, at: number): number {
  return values[at]! + values[at + 1]!;
}
