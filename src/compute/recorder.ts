import type { Arena } from './arena';
import type { DenseMatrix, DeviceBuffer, WeightMatrix } from './memory';
import type { Indices } from './indices';
import type { DropoutMask, Kernels } from './kernels';

/** RMS norm before a projection or before the head. */
export interface NormInput {
  /** [cols], of any float type. */
  readonly weight: DeviceBuffer;
  readonly eps: number;
  /** What the weight is added to, 0 unless given. */
  readonly offset?: number | undefined;
  /** fp32 [cols]: backward adds to it, where the norm is trained. */
  readonly gradient?: DeviceBuffer | undefined;
}

/** What stands in front of a projection in a gated feed-forward part: it sees act(x) up, elementwise, in place of x. */
export interface Gate {
  /** GELU in its tanh form. */
  readonly activation: 'silu' | 'gelu';
  /** fp32 [rows, in]: overwritten with its gradient by backward, where that of x is wanted. */
  readonly up: DeviceBuffer;
}

/**
 * Lengths that DoRA gives the rows of a weight W with its delta (Liu et al. 2024): the output of the projection without its bias is
 * multiplied by value / norms. Such a weight is not trained itself.
 */
export interface Magnitude {
  /** fp32 [out], learnt. */
  readonly value: DeviceBuffer;
  /** fp32 [out]: backward adds to it. */
  readonly gradient: DeviceBuffer;
  /** fp32 [out]: the lengths that the rows of W + scale B A have now, constants in backward. `deltaNorms` writes them. */
  readonly norms: DeviceBuffer;
}

/** Two thin matrices beside a projection that are not trained and see no dropout: y += scale (x Aᵀ) Bᵀ. */
export interface FixedPair {
  /** fp32 [r, in] and [out, r] */
  readonly a: DenseMatrix;
  readonly b: DenseMatrix;
  readonly scale: number;
}

/** Two thin matrices beside a projection: y += scale (dropout(x) Aᵀ) Bᵀ (Hu et al. 2021). */
export interface LowRankDelta {
  readonly kind: 'low-rank';
  /** [r, in] and [out, r] */
  readonly a: DenseMatrix;
  readonly b: DenseMatrix;
  /** fp32, of the shapes of a and b: backward adds to them. */
  readonly gradA: DeviceBuffer;
  readonly gradB: DeviceBuffer;
  readonly scale: number;
  readonly magnitude?: Magnitude | undefined;
  /** What the weight lacks in training; not together with magnitudes. */
  readonly fixed?: FixedPair | undefined;
}

/** What a tuning method adds to the output of a projection. Other forms of it join this union. */
export type ProjectionDelta = LowRankDelta;

/** A delta in one pass. */
export interface DeltaPass {
  readonly delta: ProjectionDelta;
  /** fp32 [rows, r]: forward leaves dropout(x) Aᵀ there for backward; scratch is used where it is not given. Parts with one a may share it. */
  readonly xa?: DeviceBuffer | undefined;
  /** fp32 [rows, out], of a delta with magnitudes: forward leaves there for backward what they multiply. */
  readonly product?: DeviceBuffer | undefined;
  readonly dropout?: DropoutMask | undefined;
}

/** One linear map of a common input. */
export interface Projected {
  /** [out, in] */
  readonly weight: WeightMatrix;
  readonly bias?: DeviceBuffer | undefined;
  /** fp32 [out, in] and [out]: backward adds to them, where the projection itself is trained. */
  readonly gradWeight?: DeviceBuffer | undefined;
  readonly gradBias?: DeviceBuffer | undefined;
  readonly delta?: DeltaPass | undefined;
}

export interface ProjectAll {
  readonly rows: number;
  /** fp32 [rows, in]; the parts see norm(x) where a norm is given, or act(x) up where a gate is. */
  readonly x: DeviceBuffer;
  readonly norm?: NormInput | undefined;
  readonly gate?: Gate | undefined;
  /** y [rows, out] = base + x Wᵀ + bias + delta; the base may be y, and is 0 unless given. */
  readonly parts: readonly (Projected & { readonly y: DeviceBuffer; readonly base?: DeviceBuffer | undefined })[];
}

export interface ProjectAllBackward {
  readonly rows: number;
  /** What forward was given. */
  readonly x: DeviceBuffer;
  readonly norm?: NormInput | undefined;
  readonly gate?: Gate | undefined;
  /** dy [rows, out] of each part. */
  readonly parts: readonly (Projected & { readonly dy: DeviceBuffer })[];
  /** fp32 [rows, in] where the gradient of x is wanted: added to with a norm, overwritten without one; with a gate it may be x. */
  readonly dx?: DeviceBuffer | undefined;
}

/** Some rows of the head replaced: W + S D, S a matrix of ones and zeros. */
export interface HeadDelta {
  /** S, fp32 [vocab, n]. */
  readonly selection: DenseMatrix;
  /** D, fp32 [n, cols]. */
  readonly difference: DenseMatrix;
  /** fp32 [n, cols]: backward adds to the gradient of D. */
  readonly gradient: DeviceBuffer;
}

/** Cross-entropy of the last hidden states against the tokens that come next. */
export interface HeadLoss {
  /** fp32 [n, cols]: a row for each target. */
  readonly x: DeviceBuffer;
  readonly cols: number;
  /** [n]: rows of the vocabulary. */
  readonly targets: Indices;
  readonly norm: NormInput;
  /** [vocab, cols], with its gradient where it is trained. */
  readonly head: WeightMatrix;
  readonly headGradient?: DeviceBuffer | undefined;
  readonly headDelta?: HeadDelta | undefined;
  /** Factor on the logits, 1 unless given. */
  readonly logitScale?: number | undefined;
  /** fp32 [n] receives the NLL of each target. */
  readonly nll: DeviceBuffer;
  /** fp32 [n, cols] receives d(gradScale * sum NLL)/dx where given; the gradients of head and norm are added to. */
  readonly backward?: { readonly dx: DeviceBuffer; readonly gradScale: number } | undefined;
}

/** Kernels that a GPU fuses and that `composed` makes of the others: the CPU's path, and the reference for the fused ones. */
export interface CoarseKernels {
  /** Projections of one input, with its norm, biases and deltas. */
  projectAll(scratch: Arena, projection: ProjectAll): void;
  /** Adds to the gradients of what is trained among the parts and their norm, and gives that of the input where it is wanted. */
  projectAllBackward(scratch: Arena, projection: ProjectAllBackward): void;
  /** In chunks of rows that the device chooses, so that the logits never stand in memory as a whole. */
  headLoss(scratch: Arena, loss: HeadLoss): void;
}

/** Kernels in the order of their calls. */
export interface Recorder extends Kernels, CoarseKernels {}
