import type { DeviceBuffer } from '../../memory';
import type { RmsNormBackwardOptions } from '../../kernels';
import { THREADS, type Program } from '../program';
import type { Recording } from '../recording';
import { reduction } from './numeric';

const SUM = reduction('sum', 'f32', THREADS, (a, b) => `${a} + ${b}`);
const HEAD = `
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {`;

/** A workgroup a row: y = x / sqrt(mean(x²) + eps) (offset + weight). */
const FORWARD: Program = {
  name: 'rmsNorm',
  args: ['y', 'x', 'weight'],
  params: { rows: 'u32', dim: 'u32', eps: 'f32', offset: 'f32' },
  code: `${SUM}${HEAD}
  for (var row = group.x; row < p.rows; row += 65535u) {
    let at = row * p.dim;
    var squares = 0.0;
    for (var i = t; i < p.dim; i += ${THREADS}u) { let v = x_at(at + i); squares += v * v; }
    let inverse = 1.0 / sqrt(sum(squares, t) / f32(p.dim) + p.eps);
    for (var i = t; i < p.dim; i += ${THREADS}u) {
      y_put(at + i, x_at(at + i) * inverse * (p.offset + weight_at(i)));
    }
  }
}`,
};

/**
 * A workgroup a row, with s = 1 / sqrt(mean(x²) + eps) and g = dy (offset + weight): dx = s g - x s³ mean(g x).
 */
const BACKWARD: Program = {
  name: 'rmsNorm backward',
  args: ['dx', 'dy', 'x', 'weight'],
  params: { rows: 'u32', dim: 'u32', eps: 'f32', offset: 'f32', beta: 'u32' },
  code: `${SUM}${HEAD}
  for (var row = group.x; row < p.rows; row += 65535u) {
    let at = row * p.dim;
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
    }
  }
}`,
};

/** A workgroup a row: 1 / sqrt(mean(x²) + eps). */
const INVERSES: Program = {
  name: 'inverse norms',
  args: ['inverses', 'x'],
  params: { rows: 'u32', dim: 'u32', eps: 'f32' },
  code: `${SUM}${HEAD}
  for (var row = group.x; row < p.rows; row += 65535u) {
    var squares = 0.0;
    for (var i = t; i < p.dim; i += ${THREADS}u) { let v = x_at(row * p.dim + i); squares += v * v; }
    let inverse = 1.0 / sqrt(sum(squares, t) / f32(p.dim) + p.eps);
    if (t == 0u) { inverses_put(row, inverse); }
  }
}`,
};

/** A thread a column: dweight += sum over rows of dy x / norm. */
const WEIGHT: Program = {
  name: 'gradient of a norm',
  args: ['dweight', 'dy', 'x', 'inverses'],
  params: { rows: 'u32', dim: 'u32' },
  code: `
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.dim) { return; }
  var total = 0.0;
  for (var row = 0u; row < p.rows; row++) {
    total += dy_at(row * p.dim + id.x) * (x_at(row * p.dim + id.x) * inverses_at(row));
  }
  dweight_put(id.x, dweight_at(id.x) + total);
}`,
};

export function rmsNorm(
  r: Recording,
  y: DeviceBuffer,
  x: DeviceBuffer,
  weight: DeviceBuffer,
  rows: number,
  dim: number,
  eps: number,
  offset: number,
): void {
  r.run(FORWARD, { y, x, weight }, { rows, dim, eps, offset }, [Math.min(rows, 65535)]);
}

export function rmsNormBackward(
  r: Recording,
  dx: DeviceBuffer,
  dy: DeviceBuffer,
  x: DeviceBuffer,
  weight: DeviceBuffer,
  rows: number,
  dim: number,
  eps: number,
  { beta, dweight, offset = 0 }: RmsNormBackwardOptions,
): void {
  const groups = [Math.min(rows, 65535)] as const;
  // Before dx, which may be dy.
  if (dweight !== undefined && rows > 0) {
    const inverses = r.scratch(rows);
    r.run(INVERSES, { inverses, x }, { rows, dim, eps }, groups);
    r.run(WEIGHT, { dweight, dy, x, inverses }, { rows, dim }, [Math.ceil(dim / 64)]);
  }
  r.run(BACKWARD, { dx, dy, x, weight }, { rows, dim, eps, offset, beta }, groups);
}
