import type { BlockMoment, BlockTable } from './block-moments';
import type { DenseMatrix, DeviceBuffer, HalfType, Nf4Matrix, WeightMatrix } from './memory';
import type { Indices, Sequences } from './indices';

export interface LinearOptions {
  /** Factor on the product, 1 unless given. */
  readonly alpha?: number;
  /** Factor on what the destination holds, 0 unless given; with 0 the destination is not read. */
  readonly beta?: 0 | 1;
}

/** A thin product beside another one: alpha p Uᵀ forward, alpha p U back to the input. */
export interface LinearDelta {
  /** fp32 [m, r] */
  readonly p: DeviceBuffer;
  /** U, fp32: [N, r] forward, [r, K] back to the input. */
  readonly u: DenseMatrix;
  readonly alpha: number;
}

export interface LinearDeltaOptions extends LinearOptions {
  /** Added to the result, which is then written once instead of twice. */
  readonly delta?: LinearDelta | undefined;
}

/** Geometry of attention: `heads` query heads share `kvHeads` key/value heads in groups; all of width `headDim`. */
export interface AttentionShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Factor on q·k, usually 1 / sqrt(headDim). */
  readonly scale: number;
  /** Sliding window: a query at p sees keys p - window + 1 .. p. 0 means all. */
  readonly window: number;
}

/** Heads that are turned together: x [tokens, heads, headDim]. */
export interface Turned {
  readonly x: DeviceBuffer;
  readonly heads: number;
}

export interface AdamWStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** 1 for the first update. */
  readonly step: number;
}

export interface RmsNormBackwardOptions {
  readonly beta: 0 | 1;
  readonly dweight?: DeviceBuffer | undefined;
  /** As forward was given it. */
  readonly offset?: number | undefined;
}

export interface DropoutMask {
  /** Probability of dropping, in [0, 1). */
  readonly p: number;
  /** The mask is a pure function of (seed, offset + element index): backward passes the same three. Both are below 2^53. */
  readonly seed: number;
  readonly offset: number;
}

/** Which words are drawn: as those of a mask. */
export type Draw = Pick<DropoutMask, 'seed' | 'offset'>;

export interface UniformNoise extends Draw {
  /** What is drawn lies within plus and minus this. */
  readonly magnitude: number;
}

/**
 * The kernels that every device has. Calling one enqueues it; none of them waits. All matrices are row-major. Activations and gradients
 * are fp32; weights may be stored in fp32, bf16, fp16 or 4 bits and are expanded inside the kernels.
 */
export interface Kernels {
  /** y[m,N] = beta y + alpha x[m,K] Wᵀ + delta; W [N,K]. */
  linear(y: DeviceBuffer, x: DeviceBuffer, w: WeightMatrix, m: number, options?: LinearDeltaOptions): void;
  /** dx[m,K] = beta dx + alpha dy[m,N] W + delta; W [N,K]. */
  linearBackwardInput(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    w: WeightMatrix,
    m: number,
    options?: LinearDeltaOptions,
  ): void;
  /** dw[n,k] = beta dw + alpha dyᵀ x; dy [m,n], x [m,k]. Sums over m in a fixed order whatever the number of threads. */
  linearBackwardWeight(
    dw: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    m: number,
    n: number,
    k: number,
    options?: LinearOptions,
  ): void;
  /** y[m,n] += bias[n], of any float type. */
  addBias(y: DeviceBuffer, bias: DeviceBuffer, m: number, n: number): void;
  /** db[n] += sum over rows of dy[m,n]. */
  addBiasBackward(db: DeviceBuffer, dy: DeviceBuffer, m: number, n: number): void;

  /** y[r] = x[r] / sqrt(mean(x[r]²) + eps) * (offset + weight), per row of `dim`; weight of any float type, offset 0 unless given; y may be x. */
  rmsNorm(
    y: DeviceBuffer,
    x: DeviceBuffer,
    weight: DeviceBuffer,
    rows: number,
    dim: number,
    eps: number,
    offset?: number,
  ): void;
  /** dx += gradient of rmsNorm at x (beta 1) or dx = (beta 0); dx may be dy with beta 0. dweight, where given, is added to. */
  rmsNormBackward(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    weight: DeviceBuffer,
    rows: number,
    dim: number,
    eps: number,
    options: RmsNormBackwardOptions,
  ): void;

  /**
   * Rotates one or two matrices, queries and keys, in place: of each head the first `rotated` elements, all unless given, whose first and
   * second half form the pairs, as in Hugging Face checkpoints. cos, sin: fp32 [maxPositions, rotated / 2]; one position a token. `inverse`
   * turns the other way, which is the backward pass.
   */
  rope(
    turned: readonly Turned[],
    cos: DeviceBuffer,
    sin: DeviceBuffer,
    positions: Indices,
    tokens: number,
    headDim: number,
    inverse?: boolean,
    rotated?: number,
  ): void;

  /**
   * Causal attention over packed sequences with grouped heads, without storing the score matrix (Dao 2022, Milakov & Gimelshein 2018).
   * q, o [queryRows, heads, headDim]; k, v [keyRows, kvHeads, headDim]; lse fp32 [queryRows, heads] receives log sum exp of the
   * scaled scores where given (backward needs it).
   */
  attention(
    o: DeviceBuffer,
    lse: DeviceBuffer | undefined,
    q: DeviceBuffer,
    k: DeviceBuffer,
    v: DeviceBuffer,
    sequences: Sequences,
    shape: AttentionShape,
  ): void;
  /** Overwrites dq, dk, dv in the rows that the sequences cover; no key row is in two of them. */
  attentionBackward(
    dq: DeviceBuffer,
    dk: DeviceBuffer,
    dv: DeviceBuffer,
    dout: DeviceBuffer,
    q: DeviceBuffer,
    k: DeviceBuffer,
    v: DeviceBuffer,
    o: DeviceBuffer,
    lse: DeviceBuffer,
    sequences: Sequences,
    shape: AttentionShape,
  ): void;

  /** h = silu(gate) * up, elementwise; h may be gate or up. */
  swiglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void;
  /** dgate, dup from dh; dgate may be gate, dup may be up or dh. */
  swigluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void;

  /** h = gelu(gate) * up, elementwise, with GELU's tanh form; h may be gate or up. */
  geglu(h: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void;
  /** dgate, dup from dh; dgate may be gate, dup may be up or dh. */
  gegluBackward(dgate: DeviceBuffer, dup: DeviceBuffer, dh: DeviceBuffer, gate: DeviceBuffer, up: DeviceBuffer): void;

  /** x *= factor. */
  scale(x: DeviceBuffer, factor: number): void;
  /** y += x. */
  add(y: DeviceBuffer, x: DeviceBuffer): void;
  /** y = x, converting between float types (round to nearest even), or i32 to i32. */
  copy(y: DeviceBuffer, x: DeviceBuffer): void;
  /** x = value everywhere. */
  fill(x: DeviceBuffer, value: number): void;
  /** y = beta y + mask(x) / (1 - p). Its own backward with dy for x. y may be x with beta 0. */
  dropout(y: DeviceBuffer, x: DeviceBuffer, mask: DropoutMask, beta?: 0 | 1): void;

  /**
   * x += magnitude u, u uniform in (-1, 1): (k + 1/2) / 2^22 - 1 for the upper 23 bits k of the word that a mask would compare. What is
   * drawn does not depend on x: its backward is the identity.
   */
  addNoise(x: DeviceBuffer, noise: UniformNoise): void;

  /**
   * x, fp32, becomes numbers that a type of 16 bits holds, up or down at random, each the likelier the nearer it is (stochastic rounding):
   * to the bits of x are added the lowest of the word that a mask would compare, as many as the type drops, and so many are cleared. What
   * the type holds stays as it is.
   */
  dither(x: DeviceBuffer, type: HalfType, draw: Draw): void;

  /** y[n, cols] = rows `ids` ([n]) of the table, as fp32: the embedding, and the choice of trained positions. */
  gatherRows(y: DeviceBuffer, table: WeightMatrix, ids: Indices, n: number): void;
  /** w = x [rows, cols], of any float type, in 4 bits: codes and scales as bitsandbytes computes them, nested ones by their map. */
  quantizeNf4(w: Nf4Matrix, x: DeviceBuffer): void;
  /** table[ids[i]] = beta table[ids[i]] + x[i], fp32 [.., cols]; with beta 1 repeated ids add up, in order. */
  scatterRows(table: DeviceBuffer, x: DeviceBuffer, ids: Indices, n: number, cols: number, beta: 0 | 1): void;

  /** norms[r] = |x[r]| of x [rows, cols], fp32, and at least the smallest normal number, so that it can divide. */
  rowNorms(norms: DeviceBuffer, x: DeviceBuffer, rows: number, cols: number): void;
  /** x[r, c] *= factors[r] / norms[r], all fp32. */
  scaleRows(x: DeviceBuffer, factors: DeviceBuffer, norms: DeviceBuffer, rows: number, cols: number): void;
  /** y[r, c] = beta y + x[r, c] factors[c] / norms[c], all fp32; y may be x with beta 0. */
  scaleColumns(
    y: DeviceBuffer,
    x: DeviceBuffer,
    factors: DeviceBuffer,
    norms: DeviceBuffer,
    rows: number,
    cols: number,
    beta: 0 | 1,
  ): void;
  /** dfactors[c] += sum over rows of dy[r, c] x[r, c] / norms[c]. The way back to x is `scaleColumns` of dy. */
  scaleColumnsBackward(
    dfactors: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    norms: DeviceBuffer,
    rows: number,
    cols: number,
  ): void;

  /**
   * nll[r] = log sum exp(logits[r]) - logits[r, targets[r]], fp32. Where gradScale is given, logits become
   * gradScale * (softmax - onehot) in place.
   */
  crossEntropy(
    nll: DeviceBuffer,
    logits: DeviceBuffer,
    targets: Indices,
    rows: number,
    vocab: number,
    gradScale?: number,
  ): void;

  /**
   * sums[i] = sum of x over [offsets[i], offsets[i + 1]), in double precision as far as the device has it, written as a pair of fp32
   * whose sum it is: sums fp32 [n, 2], offsets [n + 1] ascending. What a pass says of each of its examples.
   */
  sumRanges(sums: DeviceBuffer, x: DeviceBuffer, offsets: Indices): void;
  /**
   * What an update needs to know of its gradients, fp32 [4]: their norm as a pair (as `sumRanges` writes sums), the factor that clips
   * it to maxNorm (1 where it is within, or maxNorm is 0), and 1 where the norm and all of `sums` are finite, else 0.
   */
  clip(verdict: DeviceBuffer, gradients: DeviceBuffer, sums: DeviceBuffer, maxNorm: number): void;
  /**
   * One decoupled-weight-decay Adam update (Loshchilov & Hutter 2019) in PyTorch's order, with the gradient times the factor of `clip`:
   * p *= 1 - lr wd; m, v moments; p -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps). All fp32. Where the verdict says
   * that something is not finite, nothing changes.
   */
  adamw(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: DeviceBuffer,
    v: DeviceBuffer,
    step: AdamWStep,
    verdict: DeviceBuffer,
  ): void;
  /**
   * The same update of the blocks of a table, p and grad fp32, with the moments of large tensors in 8 bits (Dettmers et al. 2022): a
   * moment is opened as map[code] * absmax, the update takes it before it is rounded again, then absmax is its block's largest and each
   * code the nearest to moment / absmax (of two as near the lower one), moved by one where the map's value has not the moment's sign.
   */
  adamw8bit(
    p: DeviceBuffer,
    grad: DeviceBuffer,
    m: BlockMoment,
    v: BlockMoment,
    blocks: BlockTable,
    step: AdamWStep,
    verdict: DeviceBuffer,
  ): void;
}
