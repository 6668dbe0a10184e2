import type { JsonObject } from '../reading';

/** The examples of a file that does not hold them as a list of examples. */
export interface WholeFile {
  /** What the file is: `the dataset viewer's rows`. */
  readonly name: string;
  /** Objects that readExample reads. */
  readonly rows: readonly JsonObject[];
  /** What is left out, in words. */
  readonly leftOut?: string;
}

/** Tells and reads one such form. @param value what the file holds; of lines a list */
export type WholeFormat = (value: unknown) => WholeFile | undefined;
