import type { DenseMatrix, DeviceBuffer } from '../compute/memory';

/** Trained rows that stand in the place of token embeddings. */
export interface TrainedRows {
  /** fp32 [n, C] */
  readonly matrix: DenseMatrix;
  /** Of the shape of the matrix: backward adds to it. */
  readonly gradient: DeviceBuffer;
}

/** Trained rows, and which ones of a table they take the place of. */
export interface ReplacedRows extends TrainedRows {
  readonly ids: readonly number[];
}
