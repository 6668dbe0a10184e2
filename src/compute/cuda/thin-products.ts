import type { ThinProduct, ThinProducts } from '../fused/fused-kernels';
import { float, gap, long, optional, type KernelArgument } from './arguments';
import type { FusedKernel } from './kernel';
import { floatsOf } from './product';

/** ROWS_AT_ONCE of thin_products.cu; elements of the struct Thins, and their bytes. */
const [ROWS_AT_ONCE, MOST_THIN, THIN_BYTES] = [4, 3, 64];
/** The enumeration Seeing. */
const [AS_IT_IS, NORM, SILU, GELU] = [0, 1, 2, 3];

export const thinProducts: FusedKernel<'thinProducts'> = ({ context }, thin) => {
  const { rows, products } = thin;
  if (products.length > MOST_THIN) throw new RangeError('too many thin products for one launch');
  const given = products.flatMap(thinOf);
  const rest = [gap((MOST_THIN - products.length) * THIN_BYTES), products.length, rows];
  context.launch('thin_products', [Math.ceil(rows / ROWS_AT_ONCE), 1], [...seenOf(thin), ...given, ...rest]);
};

/** The struct Seen. */
function seenOf({ rows, x, z, norm, gate }: ThinProducts): KernelArgument[] {
  const ofGate = gate?.activation === 'gelu' ? GELU : SILU;
  const seeing = norm !== undefined ? NORM : gate !== undefined ? ofGate : AS_IT_IS;
  const weight = norm === undefined ? [long(0), long(0)] : floatsOf(norm.weight);
  return [
    ...[z, x, optional(gate?.up), ...weight, seeing, x.length / rows],
    ...[float(norm?.eps ?? 0), float(norm?.offset ?? 0)],
  ];
}

/** The struct Thin. */
function thinOf({ orientation, p, x, u, alpha }: ThinProduct): KernelArgument[] {
  const [r, k, column, step] = orientation === 'forward' ? [u.rows, u.cols, u.cols, 1] : [u.cols, u.rows, 1, u.cols];
  return [p, x, u.data, ...[r, k, column, step].map(long), float(alpha), 0];
}
