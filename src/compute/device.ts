/**
 * The one interface behind which every device stands. A device owns memory and runs kernels; it knows nothing of models.
 *
 * Kernels are enqueued in order and may run later (a GPU's queue); only `read*`, `sumSquares` and `sync` wait. All matrices are
 * row-major. Activations and gradients are fp32; weights may be stored in fp32, bf16 or fp16 and are expanded inside the kernels.
 * Every kernel checks the lengths it is given against the shapes and throws a RangeError on a mismatch: a wrong length is a
 * bug of the caller, never the user's.
 */
export type DType = 'f32' | 'bf16' | 'f16' | 'i32';

export const BYTES_PER_ELEMENT: Readonly<Record<DType, number>> = { f32: 4, bf16: 2, f16: 2, i32: 4 };

/** Device memory of one element type. Slices share memory with their parent and are freed with it. */
export interface DeviceBuffer {
  readonly dtype: DType;
  /** In elements. */
  readonly length: number;
  /** A window on the same memory: `length` elements from element `offset`. */
  slice(offset: number, length: number): DeviceBuffer;
}

/** A matrix [rows, cols] stored element by element, in the type it has on disk. */
export interface DenseMatrix {
  readonly kind: 'dense';
  readonly data: DeviceBuffer;
  readonly rows: number;
  readonly cols: number;
}

/** A weight as kernels take it. Block-quantised kinds (NF4 with its absmax buffers) join this union beside `dense`. */
export type WeightMatrix = DenseMatrix;

/** A file of weights that the device reads in place (memory-mapped on the CPU, copied elsewhere). */
export interface WeightFile {
  /** `length` elements from `byteOffset` on; the offset is a multiple of the element size. */
  buffer(dtype: DType, byteOffset: number, length: number): DeviceBuffer;
  /** Unmaps the file. Buffers taken from it must not be used afterwards. */
  close(): void;
}

export interface LinearOptions {
  /** Factor on the product, 1 unless given. */
  readonly alpha?: number;
  /** Factor on what the destination holds, 0 unless given; with 0 the destination is not read. */
  readonly beta?: 0 | 1;
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

/**
 * Packed sequences. Four i32 per sequence: first query row, number of query rows, first key row, number of key rows. The last
 * query row is aligned with the last key row (causal), so training has equal counts and decoding has 1 query over n cached keys.
 */
export interface Sequences {
  /** i32 [count, 4]. */
  readonly table: DeviceBuffer;
  readonly count: number;
}

export interface AdamWStep {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** 1 for the first update. */
  readonly step: number;
  /** Factor on the gradient before anything else (clipping). */
  readonly gradScale: number;
}

export interface DropoutMask {
  /** Probability of dropping, in [0, 1). */
  readonly p: number;
  /** The mask is a pure function of (seed, offset + element index): backward passes the same three. Both are below 2^53. */
  readonly seed: number;
  readonly offset: number;
}

export interface Device {
  readonly kind: 'cpu';
  /** For people: "AMD EPYC, AVX-512, 2 threads". */
  readonly description: string;
  /**
   * `linear` sums products of at most this many rows in one order and of more rows in another. Within each kind a row of the result
   * depends on nothing but that row of x, bit for bit: not on how many others there are, nor on what they hold.
   */
  readonly fewRows: number;

  /** Zeroed memory. */
  alloc(dtype: DType, length: number): DeviceBuffer;
  /** Gives memory from `alloc` back. Slices and buffers of a WeightFile are not freed by this. */
  free(buffer: DeviceBuffer): void;
  /** Bytes now held by `alloc`. */
  readonly allocatedBytes: number;
  /** @throws SftError unreadable-file */
  openWeights(path: string): WeightFile;
  /** Host to device; the type of the array must match the buffer (Uint16Array carries the bits of bf16 and f16). */
  write(buffer: DeviceBuffer, data: Float32Array | Int32Array | Uint16Array): void;
  /** Device to host, after all enqueued work; any float type arrives as fp32. */
  readFloats(buffer: DeviceBuffer): Promise<Float32Array>;
  /** The raw bits of a bf16 or f16 buffer. */
  readBits(buffer: DeviceBuffer): Promise<Uint16Array>;
  /** Waits for all enqueued work. */
  sync(): Promise<void>;

  /** y[m,N] = beta y + alpha x[m,K] Wᵀ; W [N,K]. */
  linear(y: DeviceBuffer, x: DeviceBuffer, w: WeightMatrix, m: number, options?: LinearOptions): void;
  /** dx[m,K] = beta dx + alpha dy[m,N] W; W [N,K]. */
  linearBackwardInput(dx: DeviceBuffer, dy: DeviceBuffer, w: WeightMatrix, m: number, options?: LinearOptions): void;
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

  /** y[r] = x[r] / sqrt(mean(x[r]²) + eps) * weight, per row of `dim`; weight of any float type; y may be x. */
  rmsNorm(y: DeviceBuffer, x: DeviceBuffer, weight: DeviceBuffer, rows: number, dim: number, eps: number): void;
  /** dx += gradient of rmsNorm at x (beta 1) or dx = (beta 0); dx may be dy with beta 0. dweight, where given, is added to. */
  rmsNormBackward(
    dx: DeviceBuffer,
    dy: DeviceBuffer,
    x: DeviceBuffer,
    weight: DeviceBuffer,
    rows: number,
    dim: number,
    eps: number,
    options: { readonly beta: 0 | 1; readonly dweight?: DeviceBuffer },
  ): void;

  /**
   * Rotates x [tokens, heads, headDim] in place; first and second half of a head form the pairs, as in Hugging Face checkpoints.
   * cos, sin: fp32 [maxPositions, headDim / 2]; positions: i32 [tokens]. `inverse` rotates back, which is the backward pass.
   */
  rope(
    x: DeviceBuffer,
    cos: DeviceBuffer,
    sin: DeviceBuffer,
    positions: DeviceBuffer,
    tokens: number,
    heads: number,
    headDim: number,
    inverse?: boolean,
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
  /** Overwrites dq, dk, dv. Query and key counts are equal in every sequence. */
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

  /** y += x. */
  add(y: DeviceBuffer, x: DeviceBuffer): void;
  /** y = x, converting between float types (round to nearest even), or i32 to i32. */
  copy(y: DeviceBuffer, x: DeviceBuffer): void;
  /** x = value everywhere. */
  fill(x: DeviceBuffer, value: number): void;
  /** y = beta y + mask(x) / (1 - p). Its own backward with dy for x. y may be x with beta 0. */
  dropout(y: DeviceBuffer, x: DeviceBuffer, mask: DropoutMask, beta?: 0 | 1): void;

  /** y[n, cols] = rows `ids` (i32 [n]) of the table, as fp32: the embedding, and the choice of trained positions. */
  gatherRows(y: DeviceBuffer, table: WeightMatrix, ids: DeviceBuffer, n: number): void;
  /** table[ids[i]] = beta table[ids[i]] + x[i], fp32 [.., cols]; with beta 1 repeated ids add up, in order. */
  scatterRows(table: DeviceBuffer, x: DeviceBuffer, ids: DeviceBuffer, n: number, cols: number, beta: 0 | 1): void;

  /**
   * nll[r] = log sum exp(logits[r]) - logits[r, targets[r]], fp32. Where gradScale is given, logits become
   * gradScale * (softmax - onehot) in place.
   */
  crossEntropy(
    nll: DeviceBuffer,
    logits: DeviceBuffer,
    targets: DeviceBuffer,
    rows: number,
    vocab: number,
    gradScale?: number,
  ): void;

  /** Sum of squares in double precision, in a fixed order. */
  sumSquares(x: DeviceBuffer): Promise<number>;
  /**
   * One decoupled-weight-decay Adam update (Loshchilov & Hutter 2019) in PyTorch's order: p *= 1 - lr wd; m, v moments;
   * p -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps). All fp32.
   */
  adamw(p: DeviceBuffer, grad: DeviceBuffer, m: DeviceBuffer, v: DeviceBuffer, step: AdamWStep): void;
}
