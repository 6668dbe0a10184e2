import type { ParseArgsConfig } from 'node:util';

/**
 * Where a verb writes: results to standard output, logs and progress to standard error. Whatever comes from data, files and models may be
 * in what it is given: control characters are escaped here and nowhere else.
 */
export interface Terminal {
  /** A result, each argument one line: text, or with --json one JSON document (JSON lines for `train` and `chat`). */
  out(...lines: readonly string[]): void;
  /** A piece of what a model writes, as it comes, without a newline; its line breaks and tabs are kept. */
  write(text: string): void;
  /** Data that is the result: as it is, unless a person's terminal would have to show it. A newline is added. */
  data(text: string): void;
  /** Progress, warnings and everything that is not the result; each argument one line. */
  log(...lines: readonly string[]): void;
  /** Whether standard error is a terminal that can redraw a line. */
  readonly interactive: boolean;
  /** Where interactive: shows a line below everything else, in place of the one before; an empty one takes it away. */
  status?(line: string): void;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

/** What a verb is given: its positionals and options (checked against `options`), and the flags every verb has. */
export interface Invocation {
  readonly positionals: readonly string[];
  readonly options: OptionValues;
  readonly json: boolean;
  readonly terminal: Terminal;
}

export interface OptionHelp {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Shown in the usage: `--model DIR`. */
  readonly value?: string;
  readonly help: string;
}

/** One verb of the command line. `sft <name> --help` prints summary, usage, options and `teach`. */
export interface Verb {
  readonly name: string;
  /** One line, for `sft --help`. */
  readonly summary: string;
  /** `sft validate FILE...` */
  readonly usage: string;
  readonly options: Readonly<Record<string, OptionHelp>>;
  /** A few short paragraphs and an example for someone who has never done this. */
  readonly teach: string;
  /** The exit code. Throws SftError for what a person can correct. */
  run(invocation: Invocation): Promise<0 | 1 | 2>;
}

export type ParseOptions = NonNullable<ParseArgsConfig['options']>;
