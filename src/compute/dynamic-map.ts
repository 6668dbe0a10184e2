/** Decades of magnitude that a dynamic map spans, down from 1. */
const DECADES = 7;

/**
 * The dynamic map of 256 values, ascending, in fp32 as bitsandbytes rounds them (Dettmers 2016; Dettmers et al. 2022). Decade i below 1 is
 * cut into equal intervals, the more the larger it is, whose middles are the values; 0 and 1 join them. A signed map has them with both
 * signs, in half as many intervals.
 */
export function dynamicMap(signed: boolean): Float32Array {
  const values = [0, 1];
  for (let i = 0; i < DECADES; i++) {
    const scale = Math.fround(10 ** (i - DECADES + 1));
    const borders = tenthToOne(2 ** (signed ? i : i + 1));
    for (let j = 0; j + 1 < borders.length; j++) {
      const middle = Math.fround(Math.fround(borders[j]! + borders[j + 1]!) / 2);
      const value = Math.fround(scale * middle);
      values.push(value);
      if (signed) values.push(-value);
    }
  }
  return Float32Array.from(values).sort();
}

/** `intervals` equal ones from 0.1 to 1 as PyTorch's linspace has them: each half from its own end, each border rounded to fp32 once. */
function tenthToOne(intervals: number): number[] {
  const start = Math.fround(0.1);
  const step = Math.fround(Math.fround(1 - start) / intervals);
  return Array.from({ length: intervals + 1 }, (_, i) =>
    i < (intervals + 1) / 2 ? Math.fround(start + step * i) : Math.fround(1 - step * (intervals - i)),
  );
}
