import { columnSums, rowwise, THREADS } from '../program';
import type { Kernel } from '../kernel';
import { reduction } from './numeric';

/** What `NORM_ROW` needs. */
export const NORM_PARAMS = { dim: 'u32', eps: 'f32', offset: 'f32' } as const;
export const SUM = reduction('sum', 'f32', THREADS, (a, b) => `${a} + ${b}`);

/** y = x / sqrt(mean(x²) + eps) (offset + weight), of a row, by a workgroup with `SUM`. */
export const NORM_ROW = `let at = row * p.dim;
    var squares = 0.0;
    for (var i = t; i < p.dim; i += ${THREADS}u) { let v = x_at(at + i); squares += v * v; }
    let inverse = 1.0 / sqrt(sum(squares, t) / f32(p.dim) + p.eps);
    for (var i = t; i < p.dim; i += ${THREADS}u) {
      y_put(at + i, x_at(at + i) * inverse * (p.offset + weight_at(i)));
    }`;
const FORWARD = rowwise('rmsNorm', ['y', 'x', 'weight'], NORM_PARAMS, NORM_ROW, SUM);

/** With s = 1 / sqrt(mean(x²) + eps) and g = dy (offset + weight): dx = s g - x s³ mean(g x). */
const BACKWARD = rowwise(
  'rmsNorm backward',
  ['dx', 'dy', 'x', 'weight'],
  { dim: 'u32', eps: 'f32', offset: 'f32', beta: 'u32' },
  `let at = row * p.dim;
    var squares = 0.0; var along = 0.0;
    for (var i = t; i < p.dim; i += ${THREADS}u) {
      let v = x_at(at + i);
      squares += v * v;
      along += dy_at(at + i) * (p.offset + weight_at(i)) * v;
    }
    let inverse = 1.0 / sqrt(sum(squares, t) / f32(p.dim) + p.eps);
    let back = sum(along, t) * inverse * inverse * inverse / f32(p.dim);
    for (var i = t; i < p.dim; i += ${THREADS}u) {
      let g = inverse * dy_at(at + i) * (p.offset + weight_at(i)) - x_at(at + i) * back;
      if (p.beta == 0u) { dx_put(at + i, g); } else { dx_put(at + i, dx_at(at + i) + g); }
    }`,
  SUM,
);

/** 1 / sqrt(mean(x²) + eps). */
const INVERSES = rowwise(
  'inverse norms',
  ['inverses', 'x'],
  { dim: 'u32', eps: 'f32' },
  `var squares = 0.0;
    for (var i = t; i < p.dim; i += ${THREADS}u) { let v = x_at(row * p.dim + i); squares += v * v; }
    let inverse = 1.0 / sqrt(sum(squares, t) / f32(p.dim) + p.eps);
    if (t == 0u) { inverses_put(row, inverse); }`,
  SUM,
);

/** dweight += sum over rows of dy x / norm. */
const WEIGHT = columnSums(
  'gradient of a norm',
  ['dweight', 'dy', 'x', 'inverses'],
  'dy_at(at) * (x_at(at) * inverses_at(row))',
  'dweight_put(col, dweight_at(col) + total);',
);

export const rmsNorm: Kernel<'rmsNorm'> = (r, y, x, weight, rows, dim, eps, offset = 0) => {
  r.eachRow(FORWARD, { y, x, weight }, { dim, eps, offset }, rows);
};

export const rmsNormBackward: Kernel<'rmsNormBackward'> = (
  r,
  dx,
  dy,
  x,
  weight,
  rows,
  dim,
  eps,
  { beta, dweight, offset = 0 },
) => {
  // Before dx, which may be dy.
  if (dweight !== undefined && rows > 0) {
    const inverses = r.scratch(rows);
    r.eachRow(INVERSES, { inverses, x }, { dim, eps }, rows);
    r.eachColumn(WEIGHT, { dweight, dy, x, inverses }, { rows }, dim);
  }
  r.eachRow(BACKWARD, { dx, dy, x, weight }, { dim, eps, offset, beta }, rows);
};
