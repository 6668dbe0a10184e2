import type { Columns } from '../columns';
import type { DatasetExample } from '../example';
import type { Finding } from '../finding';

/** What a thread that compares the examples of a file is given. */
export interface CompareTask {
  readonly file: string;
  readonly columns: Columns;
  readonly nearDuplicateThreshold: number;
  /** Shared: how many batches the other thread has taken. */
  readonly taken: Int32Array;
}

/** What it finds in one batch, in order: of the example with that index, or of the file. */
export type ComparedBatch = readonly { readonly index: number | undefined; readonly finding: Finding }[];

export function isWithin({ offset, endOffset }: Finding, example: DatasetExample): boolean {
  return offset >= example.offset && endOffset <= example.endOffset;
}
