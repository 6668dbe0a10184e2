import { THREADS, type Program } from '../program';
import type { Kernel } from '../kernel';
import { NUMERIC, PAIRS, reduction } from './numeric';

const LARGEST = reduction('largest', 'u32', THREADS, (a, b) => `max(${a}, ${b})`);
const SUM = reduction('sum', 'vec2f', THREADS, (a, b) => `pair_add(${a}, ${b})`);
const MAIN = `
@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) t: u32,
) {`;

/** Each workgroup: the largest magnitude of its elements, as bits, which order as magnitudes do; what is not finite is above all others. */
const MAGNITUDES: Program = {
  name: 'magnitudes',
  args: ['tops', 'x'],
  params: { n: 'u32', first: 'u32' },
  code: `${LARGEST}${MAIN}
  var most = 0u;
  for (var i = group.x * ${THREADS}u + t; i < p.n; i += groups.x * ${THREADS}u) {
    most = max(most, x_bits(i) & 0x7fffffffu);
  }
  let top = largest(most, t);
  if (t == 0u) { tops_put_bits(p.first + group.x, top); }
}`,
};

/** The largest of all magnitudes, and what makes numbers of its size about 1: their squares then stay within fp32. */
const SCALED = `
fn top_of_all(t: u32) -> u32 {
  var most = 0u;
  for (var i = t; i < p.parts; i += ${THREADS}u) { most = max(most, tops_bits(i)); }
  return largest(most, t);
}
fn exponent_of(top: u32) -> u32 { return clamp(top >> 23u, 1u, 253u); }`;

/** Each workgroup: the sum of its elements' squares, scaled, as a pair. */
const SQUARES: Program = {
  name: 'squares',
  args: ['squares', 'tops', 'x'],
  params: { n: 'u32', first: 'u32', parts: 'u32' },
  code: `${NUMERIC}${PAIRS}${LARGEST}${SUM}${SCALED}${MAIN}
  let down = bitcast<f32>((254u - exponent_of(top_of_all(t))) << 23u);
  var part = vec2f();
  for (var i = group.x * ${THREADS}u + t; i < p.n; i += groups.x * ${THREADS}u) {
    part = pair_add(part, pair_square(x_at(i) * down));
  }
  let total = sum(part, t);
  if (t == 0u) {
    squares_put(2u * (p.first + group.x), total.x);
    squares_put(2u * (p.first + group.x) + 1u, total.y);
  }
}`,
};

/** One workgroup: the norm as a pair, the factor that clips it, whether it and all sums are finite. */
const VERDICT: Program = {
  name: 'verdict',
  args: ['verdict', 'squares', 'tops', 'sums'],
  params: { parts: 'u32', sums_length: 'u32', most: 'f32' },
  code: `${NUMERIC}${PAIRS}${LARGEST}${SUM}${SCALED}
fn pair_root(a: vec2f) -> vec2f {
  if (a.x == 0.0) { return vec2f(); }
  // One step of Newton's on the root in fp32, its square taken exactly.
  let root = sqrt(a.x);
  let square = pair_square(root);
  let rest = (a.x - square.x) - square.y + a.y;
  return pair_sum(root, rest / (2.0 * root));
}
${MAIN}
  let top = top_of_all(t);
  var part = vec2f();
  for (var i = t; i < p.parts; i += ${THREADS}u) {
    part = pair_add(part, vec2f(squares_at(2u * i), squares_at(2u * i + 1u)));
  }
  let total = sum(part, t);
  var worst = 0u;
  for (var i = t; i < p.sums_length; i += ${THREADS}u) { worst = max(worst, sums_bits(i) & 0x7fffffffu); }
  let worst_sum = largest(worst, t);
  if (t == 0u) {
    let up = bitcast<f32>(exponent_of(top) << 23u);
    let norm = pair_root(total);
    let high = norm.x * up;
    verdict_put(0u, high);
    verdict_put(1u, select(0.0, norm.y * up, is_finite(high)));
    if (top >= 0x7f800000u) { verdict_put_bits(0u, top); verdict_put(1u, 0.0); }
    var factor = 1.0;
    if (p.most > 0.0) { factor = min(1.0, p.most / (high + 1.0e-6)); }
    verdict_put(2u, factor);
    verdict_put(3u, f32(top < 0x7f800000u && worst_sum < 0x7f800000u));
  }
}`,
};

/** Workgroups that go through one part of the gradients. */
const GROUPS = 256;

/** The norm of gradients and what follows from it, in three runs over them and over what the one before found. */
export const clip: Kernel<'clip'> = (r, verdict, gradients, sums, maxNorm) => {
  const parts = [...r.parts(gradients.length, 4)].map(([from, count], i) => {
    return { x: gradients.slice(from, count), n: count, first: i * GROUPS };
  });
  const all = parts.length * GROUPS;
  const scratch = r.scratch(3 * all);
  const [tops, squares] = [scratch.slice(0, all), scratch.slice(all, 2 * all)];
  for (const { x, n, first } of parts) r.run(MAGNITUDES, { tops, x }, { n, first }, [GROUPS]);
  for (const { x, n, first } of parts) r.run(SQUARES, { squares, tops, x }, { n, first, parts: all }, [GROUPS]);
  r.run(VERDICT, { verdict, squares, tops, sums }, { parts: all, sums_length: sums.length, most: maxNorm }, [1]);
};
