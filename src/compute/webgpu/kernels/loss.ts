import { rowwise, THREADS } from '../program';
import type { Kernel } from '../kernel';
import { NUMERIC, PAIRS, reduction } from './numeric';

/** The NLL of a row of logits, and where wanted logits = factor (softmax - onehot) in their place. */
const CROSS_ENTROPY = rowwise(
  'crossEntropy',
  ['nll', 'logits', 'targets'],
  { vocab: 'u32', gradient: 'u32', factor: 'f32' },
  `let at = row * p.vocab;
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
    }`,
  `${NUMERIC}
${reduction('largest', 'f32', THREADS, (a, b) => `max(${a}, ${b})`)}
${reduction('sum', 'f32', THREADS, (a, b) => `${a} + ${b}`)}`,
);

/** A row is a range: its sum as a pair. */
const SUM_RANGES = rowwise(
  'sumRanges',
  ['sums', 'x', 'offsets'],
  {},
  `let end = u32(offsets_at(row + 1u));
    var part = vec2f();
    for (var i = u32(offsets_at(row)) + t; i < end; i += ${THREADS}u) { part = pair_add(part, vec2f(x_at(i), 0.0)); }
    let total = sum(part, t);
    if (t == 0u) {
      sums_put(2u * row, total.x);
      sums_put(2u * row + 1u, total.y);
    }`,
  `${NUMERIC}${PAIRS}
${reduction('sum', 'vec2f', THREADS, (a, b) => `pair_add(${a}, ${b})`)}`,
);

export const crossEntropy: Kernel<'crossEntropy'> = (r, nll, logits, targets, rows, vocab, gradScale) => {
  const numbers = { vocab, gradient: gradScale === undefined ? 0 : 1, factor: gradScale ?? 0 };
  r.eachRow(CROSS_ENTROPY, { nll, logits, targets: targets.data }, numbers, rows);
};

export const sumRanges: Kernel<'sumRanges'> = (r, sums, x, offsets) => {
  r.eachRow(SUM_RANGES, { sums, x, offsets: offsets.data }, {}, offsets.length - 1);
};
