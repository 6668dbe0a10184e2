/**
 * The value of a rank, 0 being the least, as sorting would place it (NaN last), without the sorting: O(n) where it is O(n log n).
 * Rearranges the values: those before the rank are at most its value. (Hoare 1961, Algorithm 65, with the median of three as pivot.)
 */
export function nthSmallest(values: Float64Array, rank: number): number {
  let right = moveNaNsLast(values) - 1;
  let left = 0;
  if (rank > right) return values[rank] ?? NaN;
  while (left < right) {
    const pivot = middleOf(values[left]!, values[(left + right) >> 1]!, values[right]!);
    let low = left;
    let high = right;
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const value = values[low]!;
      values[low++] = values[high]!;
      values[high--] = value;
    }
    if (rank <= high) right = high;
    else if (rank >= low) left = low;
    else break;
  }
  return values[rank]!;
}

/** @returns how many are numbers */
function moveNaNsLast(values: Float64Array): number {
  let count = values.length;
  for (let at = 0; at < count;) {
    if (!Number.isNaN(values[at]!)) at++;
    else {
      values[at] = values[--count]!;
      values[count] = NaN;
    }
  }
  return count;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
