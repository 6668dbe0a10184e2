/** Codes by the middles between the ascending values that they stand for. */
export function middlesOf(map: Float32Array): Float64Array {
  return Float64Array.from(map.subarray(1), (value, code) => (map[code]! + value) / 2);
}

/** The code of the value nearest to x, of two as near the lower one; of NaN the lowest. */
export function codeBy(middles: ArrayLike<number>, x: number): number {
  let [low, high] = [0, middles.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x > middles[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}
