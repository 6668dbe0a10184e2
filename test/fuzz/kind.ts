import type { Random } from '../../src/base/random';

/** What a command of `sft` came to. */
export interface CommandResult {
  readonly code: number;
  readonly out: readonly string[];
  readonly log: readonly string[];
}

/** One case: where it may write, its chance, and how it puts what it made through the product. */
export interface FuzzCase {
  readonly random: Random;
  /** Empty, of this case alone. */
  readonly folder: string;
  /** A folder of what `writeBaseModel` writes, whole: to be copied, not changed. */
  base(name: 'model' | 'quantised' | 'adapter' | 'trained'): string;
  /** Runs a command of the command line in this process. Bugs, raw control characters and endless lines that it says are problems. */
  sft(...words: readonly string[]): Promise<CommandResult>;
  /** Checks a text that somebody would see. @param where names it */
  seen(where: string, text: string): void;
  /** Reports what is wrong. */
  problem(text: string): void;
}

/** A kind of damaged input: a file here, and a line in kinds.ts. */
export interface FuzzKind {
  readonly name: string;
  /** Makes one damaged input and puts it through the product. A throw is a problem. */
  run(fuzz: FuzzCase): Promise<void> | void;
}
