/**
 * What a model's passes need to know of a device instead of its kind: sizes at which it works well, and how exactly it computes.
 * Tests make the sizes tiny, so that pieces, chunks and blocks repeat on a tiny model.
 */
export interface DeviceTraits {
  /** Tokens of one forward and backward pass: enough rows to use the device fully, few enough to keep activations small. */
  readonly tokensPerPass: number;
  /** A beginning that examples share is computed once where it has at least so many tokens; Infinity never shares. */
  readonly sharedTokens: number;
  /** Logits of one chunk take at most this many bytes (but at least one row). */
  readonly logitBytes: number;
  /**
   * `linear` sums products of at most this many rows in one order and of more rows in another. Within each kind a row of the result
   * depends on nothing but that row of x, bit for bit: not on how many others there are, nor on what they hold.
   */
  readonly fewRows: number;
  /** Slices that kernels are given start at multiples of so many bytes. */
  readonly sliceBytes: number;
  /** Arenas grow by blocks of at least so many bytes. */
  readonly blockBytes: number;
  /** Bytes that are on their way between the device and a file at once. */
  readonly transferBytes: number;
  /** What the conformance suite allows, relative to max(1, |expected|): of products, and of attention and its gradients. */
  readonly tolerance: { readonly product: number; readonly attention: number };
}
