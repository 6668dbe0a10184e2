import type { ThinProducts } from '../../fused/fused-kernels';
import type { DeviceBuffer } from '../../memory';
import type { FusedKernel } from '../kernel';
import { GROUPS, programOnce, THREADS, type Program } from '../program';
import { GATES } from './gate';
import { NORM_PARAMS, NORM_ROW, SUM } from './norm';

/** Rows that a workgroup has at once: it goes through u once for all of them. */
const ROWS = 4;
/** Threads that share a column of a product. */
const LANES = 16;

type Seeing = 'nothing' | 'norm' | 'silu' | 'gelu';

/** What a row becomes on the way to the products; y, x and up are [rows, dim]. */
const SEE: Readonly<Record<Seeing, string>> = {
  nothing: '',
  norm: NORM_ROW,
  silu: gateRow('silu'),
  gelu: gateRow('gelu'),
};
const SEE_ARGS: Readonly<Record<Seeing, readonly string[]>> = {
  nothing: [],
  norm: ['y', 'x', 'weight'],
  silu: ['y', 'x', 'up'],
  gelu: ['y', 'x', 'up'],
};
const SEE_LIBRARY: Readonly<Record<Seeing, string>> = {
  nothing: '',
  norm: SUM,
  silu: GATES.silu.library,
  gelu: GATES.gelu.library,
};

function gateRow(activation: 'silu' | 'gelu'): string {
  return `let at = row * p.dim;
    for (var i = t; i < p.dim; i += ${THREADS}u) {
      let g = x_at(at + i); let u = up_at(at + i);
      y_put(at + i, ${GATES[activation].forward});
    }`;
}

/** What is seen, then product after product; u lies as `orientation` says. */
function thinProgram(seeing: Seeing, orientations: readonly ('forward' | 'input')[]): Program {
  const rows = Array.from({ length: ROWS }, (_, i) => i);
  const product = (orientation: 'forward' | 'input', i: number): string => `
    for (var j0 = 0u; j0 < p.r${i}; j0 += ${THREADS / LANES}u) {
      let j = j0 + t / ${LANES}u;
      var sums = vec4f();
      if (j < p.r${i}) {
        for (var l = t % ${LANES}u; l < p.k${i}; l += ${LANES}u) {
          let factor = u${i}_at(${orientation === 'forward' ? `j * p.k${i} + l` : `l * p.r${i} + j`});
          sums = fma(vec4f(${rows.map((row) => `x${i}_at(min(row0 + ${row}u, p.rows - 1u) * p.k${i} + l)`).join(', ')}), vec4f(factor), sums);
        }
      }
      parts[t] = sums;
      workgroupBarrier();
      if (t % ${LANES}u == 0u && j < p.r${i}) {
        for (var other = 1u; other < ${LANES}u * p.one; other++) { sums += parts[t + other]; }
        for (var row = row0; row < end; row++) { p${i}_put(row * p.r${i} + j, p.alpha${i} * sums[row - row0]); }
      }
      workgroupBarrier();
    }`;
  const code = `${SEE_LIBRARY[seeing]}
var<workgroup> parts: array<vec4f, ${THREADS}>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32) {
  for (var row0 = group.x * ${ROWS}u; row0 < p.rows; row0 += groups.x * ${ROWS}u) {
    let end = min(row0 + ${ROWS}u, p.rows);
    ${seeing === 'nothing' ? '' : `for (var row = row0; row < end; row++) { ${SEE[seeing]} }`}
    // These rows are read by this workgroup alone.
    storageBarrier();
    workgroupBarrier();
    ${orientations.map(product).join('')}
  }
}`;
  return {
    name: thinName(seeing, orientations),
    args: [...SEE_ARGS[seeing], ...orientations.flatMap((_, i) => [`p${i}`, `x${i}`, `u${i}`])],
    params: {
      rows: 'u32',
      ...NORM_PARAMS,
      ...Object.fromEntries(
        orientations.flatMap((_, i) => [
          [`r${i}`, 'u32'] as const,
          [`k${i}`, 'u32'] as const,
          [`alpha${i}`, 'f32'] as const,
        ]),
      ),
    },
    code,
  };
}

function thinName(seeing: Seeing, orientations: readonly string[]): string {
  return `thin products of ${[seeing, ...orientations].join(', ')}`;
}

export const thinProducts: FusedKernel<'thinProducts'> = (r, { rows, x, z, norm, gate, products }: ThinProducts) => {
  const seeing: Seeing = norm !== undefined ? 'norm' : (gate?.activation ?? 'nothing');
  const orientations = products.map(({ orientation }) => orientation);
  const program = programOnce(thinName(seeing, orientations), () => thinProgram(seeing, orientations));
  const buffers: Record<string, DeviceBuffer> = { y: z, x };
  if (norm !== undefined) buffers['weight'] = norm.weight;
  if (gate !== undefined) buffers['up'] = gate.up;
  const numbers: Record<string, number> = {
    rows,
    dim: x.length / rows,
    eps: norm?.eps ?? 0,
    offset: norm?.offset ?? 0,
  };
  for (const [i, { orientation, p, x: from, u, alpha }] of products.entries()) {
    Object.assign(buffers, { [`p${i}`]: p, [`x${i}`]: from, [`u${i}`]: u.data });
    const [of, k] = orientation === 'forward' ? [u.rows, u.cols] : [u.cols, u.rows];
    Object.assign(numbers, { [`r${i}`]: of, [`k${i}`]: k, [`alpha${i}`]: alpha });
  }
  r.run(program, buffers, numbers, [Math.min(GROUPS, Math.ceil(rows / ROWS))]);
};
