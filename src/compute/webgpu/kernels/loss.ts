import type { Indices } from '../../indices';
import type { DeviceBuffer } from '../../memory';
import { THREADS, type Program } from '../program';
import type { Recording } from '../recording';
import { NUMERIC, PAIRS, reduction } from './numeric';

/** A workgroup a row of logits: its NLL, and where wanted logits = factor (softmax - onehot) in their place. */
const CROSS_ENTROPY: Program = {
  name: 'crossEntropy',
  args: ['nll', 'logits', 'targets'],
  params: { rows: 'u32', vocab: 'u32', gradient: 'u32', factor: 'f32' },
  code: `${NUMERIC}
${reduction('largest', 'f32', THREADS, (a, b) => `max(${a}, ${b})`)}
${reduction('sum', 'f32', THREADS, (a, b) => `${a} + ${b}`)}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  for (var row = group.x; row < p.rows; row += 65535u) {
    let at = row * p.vocab;
    let target_at = u32(targets_at(row));
    var most = -3.0e38;
    for (var i = t; i < p.vocab; i += ${THREADS}u) { most = max(most, logits_at(at + i)); }
    let top = largest(most, t);
    var part = 0.0;
    for (var i = t; i < p.vocab; i += ${THREADS}u) { part += exp32(logits_at(at + i) - top); }
    let total = sum(part, t);
    if (t == 0u) { nll_put(row, top - logits_at(at + target_at) + log32(total)); }
    // The target's logit is read before it is written.
    workgroupBarrier();
    storageBarrier();
    if (p.gradient == 1u) {
      for (var i = t; i < p.vocab; i += ${THREADS}u) {
        let softmax = exp32(logits_at(at + i) - top) / total;
        logits_put(at + i, p.factor * (softmax - f32(i == target_at)));
      }
    }
  }
}`,
};

/** A workgroup a range: its sum as a pair. */
const SUM_RANGES: Program = {
  name: 'sumRanges',
  args: ['sums', 'x', 'offsets'],
  params: { ranges: 'u32' },
  code: `${NUMERIC}${PAIRS}
${reduction('sum', 'vec2f', THREADS, (a, b) => `pair_add(${a}, ${b})`)}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  for (var range = group.x; range < p.ranges; range += 65535u) {
    let end = u32(offsets_at(range + 1u));
    var part = vec2f();
    for (var i = u32(offsets_at(range)) + t; i < end; i += ${THREADS}u) { part = pair_add(part, vec2f(x_at(i), 0.0)); }
    let total = sum(part, t);
    if (t == 0u) {
      sums_put(2u * range, total.x);
      sums_put(2u * range + 1u, total.y);
    }
  }
}`,
};

export function crossEntropy(
  r: Recording,
  nll: DeviceBuffer,
  logits: DeviceBuffer,
  targets: Indices,
  rows: number,
  vocab: number,
  gradScale: number | undefined,
): void {
  const numbers = { rows, vocab, gradient: gradScale === undefined ? 0 : 1, factor: gradScale ?? 0 };
  r.run(CROSS_ENTROPY, { nll, logits, targets: targets.data }, numbers, [Math.min(rows, 65535)]);
}

export function sumRanges(r: Recording, sums: DeviceBuffer, x: DeviceBuffer, offsets: Indices): void {
  const ranges = offsets.length - 1;
  r.run(SUM_RANGES, { sums, x, offsets: offsets.data }, { ranges }, [Math.min(ranges, 65535)]);
}
