import type { AdamWStep, AttentionShape } from '../../src/compute/kernels';
import type { Numbers } from './bench';

/** Every kernel's forward once more, in double precision and as plainly as it can be said. */

/** x[m,k] w[n,k]ᵀ. */
export function linear(x: Numbers, w: Numbers, m: number, n: number, k: number): Float64Array {
  const y = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let l = 0; l < k; l++) total += x[i * k + l]! * w[j * k + l]!;
      y[i * n + j] = total;
    }
  }
  return y;
}

export function rmsNorm(x: Numbers, weight: Numbers, rows: number, dim: number, eps: number, offset = 0): Float64Array {
  const y = new Float64Array(rows * dim);
  for (let r = 0; r < rows; r++) {
    let squares = 0;
    for (let i = 0; i < dim; i++) squares += x[r * dim + i]! ** 2;
    const inverse = 1 / Math.sqrt(squares / dim + eps);
    for (let i = 0; i < dim; i++) y[r * dim + i] = x[r * dim + i]! * inverse * (offset + weight[i]!);
  }
  return y;
}

/** angles[t, i]: what pair i of token t turns by; elements behind the first `rotated` of a head stay. */
export function rope(
  x: Numbers,
  angles: Numbers,
  tokens: number,
  heads: number,
  headDim: number,
  rotated = headDim,
): Float64Array {
  const y = Float64Array.from({ length: tokens * heads * headDim }, (_, i) => x[i]!);
  const half = rotated / 2;
  for (let t = 0; t < tokens; t++) {
    for (let h = 0; h < heads; h++) {
      const at = (t * heads + h) * headDim;
      for (let i = 0; i < half; i++) {
        const angle = angles[t * half + i]!;
        const [a, b] = [x[at + i]!, x[at + half + i]!];
        y[at + i] = a * Math.cos(angle) - b * Math.sin(angle);
        y[at + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
  }
  return y;
}

export type SequenceRow = readonly [query: number, queries: number, key: number, keys: number];

/** o and lse over packed sequences; rows in no sequence stay 0. */
export function attention(
  q: Numbers,
  k: Numbers,
  v: Numbers,
  sequences: readonly SequenceRow[],
  shape: AttentionShape,
): { o: Float64Array; lse: Float64Array } {
  const { heads, kvHeads, headDim, scale, window } = shape;
  const o = new Float64Array(q.length);
  const lse = new Float64Array(q.length / headDim);
  // Of one type, whatever is given: most of the suite's time goes by here.
  const [qs, ks, vs] = [Float64Array.from(q), Float64Array.from(k), Float64Array.from(v)];
  for (const [query, queries, key, keys] of sequences) {
    for (let i = 0; i < queries; i++) {
      const last = i + keys - queries;
      const first = window > 0 ? Math.max(0, last - window + 1) : 0;
      for (let h = 0; h < heads; h++) {
        const at = (query + i) * heads + h;
        const own = at * headDim;
        const group = Math.floor((h * kvHeads) / heads);
        const line = (j: number): number => ((key + first + j) * kvHeads + group) * headDim;
        const scores = new Float64Array(last - first + 1);
        for (let j = 0; j < scores.length; j++) {
          const from = line(j);
          let score = 0;
          for (let d = 0; d < headDim; d++) score += qs[own + d]! * ks[from + d]!;
          scores[j] = score * scale;
        }
        const top = scores.reduce((most, score) => Math.max(most, score));
        lse[at] = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0));
        for (let j = 0; j < scores.length; j++) {
          const from = line(j);
          const p = Math.exp(scores[j]! - lse[at]);
          for (let d = 0; d < headDim; d++) o[own + d]! += p * vs[from + d]!;
        }
      }
    }
  }
  return { o, lse };
}

export function swiglu(gate: Numbers, up: Numbers): Float64Array {
  return Float64Array.from(gate, (g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
}

/** GELU in its tanh form. */
export function geglu(gate: Numbers, up: Numbers): Float64Array {
  const gelu = (g: number): number => 0.5 * g * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (g + 0.044715 * g ** 3)));
  return Float64Array.from(gate, (g, i) => gelu(g) * up[i]!);
}

export function crossEntropy(logits: Numbers, targets: Numbers, rows: number, vocab: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, r) => {
    const row = Array.from({ length: vocab }, (_unused, i) => logits[r * vocab + i]!);
    const top = Math.max(...row);
    return top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0)) - row[targets[r]!]!;
  });
}

/** One update of p, m and v in place; the gradient times `factor`. */
export function adamw(
  p: Float64Array,
  grad: Numbers,
  m: Float64Array,
  v: Float64Array,
  step: AdamWStep,
  factor: number,
): void {
  const { learningRate, beta1, beta2, eps, weightDecay } = step;
  for (let i = 0; i < p.length; i++) {
    const g = grad[i]! * factor;
    m[i] = beta1 * m[i]! + (1 - beta1) * g;
    v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
    const first = m[i]! / (1 - beta1 ** step.step);
    const second = v[i]! / (1 - beta2 ** step.step);
    p[i] = p[i]! * (1 - learningRate * weightDecay) - (learningRate * first) / (Math.sqrt(second) + eps);
  }
}
