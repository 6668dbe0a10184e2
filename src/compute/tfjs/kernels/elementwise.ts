import { floatsOf, bytesOf, halvesOf, integersOf, wideOf } from '../host-memory';
import { narrow } from '../floats';
import type { Kernel } from '../kernel';

export const scale: Kernel<'scale'> = (_on, x, factor) => {
  const [values, rounded] = [floatsOf(x), Math.fround(factor)];
  for (let i = 0; i < values.length; i++) values[i]! *= rounded;
};

export const add: Kernel<'add'> = (_on, y, x) => {
  const [sums, values] = [floatsOf(y), floatsOf(x)];
  for (let i = 0; i < sums.length; i++) sums[i]! += values[i]!;
};

export const copy: Kernel<'copy'> = (_on, y, x) => {
  const { dtype } = y;
  if (dtype === 'i32') integersOf(y).set(integersOf(x));
  else if (dtype === 'u8') bytesOf(y).set(bytesOf(x));
  else if (dtype === 'f32') floatsOf(y).set(wideOf(x));
  else narrow(dtype, halvesOf(y), wideOf(x));
};

export const fill: Kernel<'fill'> = (_on, x, value) => {
  const { dtype } = x;
  if (dtype === 'i32') integersOf(x).fill(value);
  else if (dtype === 'f32') floatsOf(x).fill(value);
  else if (dtype !== 'u8') narrow(dtype, halvesOf(x), new Float32Array(x.length).fill(value));
};
