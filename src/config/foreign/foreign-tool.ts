import type { ForeignKeys } from './foreign-keys';

/** A tool of others whose configurations are read. */
export interface ForeignTool {
  /** As in `--from`, and as its recipe is called. */
  readonly name: string;
  /** Keys that speak for it. */
  readonly marks: readonly string[];
  /** Takes each key that means something here, and names the others. */
  read(keys: ForeignKeys): void;
}
