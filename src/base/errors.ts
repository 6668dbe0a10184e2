import { printable, shortened } from './printable';

/** Exit codes of the command line: 1 the data or the run has errors, 2 wrong usage or an unreadable file. */
export type ExitCode = 1 | 2;

export interface ErrorPlace {
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
}

export interface ErrorDetails extends ErrorPlace {
  /** What the person can do about it, as an imperative. */
  readonly remedy?: string;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/**
 * An error a person can act on: a stable code, the reason, the place and the remedy. Anything else that is thrown is a
 * bug in this project and is reported as one.
 */
export class SftError extends Error {
  readonly code: string;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly remedy: string | undefined;
  readonly exitCode: ExitCode;

  constructor(code: string, reason: string, details: ErrorDetails = {}) {
    super(reason, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SftError';
    this.code = code;
    this.file = details.file;
    this.line = details.line;
    this.column = details.column;
    this.remedy = details.remedy;
    this.exitCode = details.exitCode ?? 1;
  }
}

/** `file:line:column`, as far as it is known; an empty string where no file is named. */
export function formatPlace(place: ErrorPlace): string {
  if (place.file === undefined) return '';
  if (place.line === undefined) return place.file;
  if (place.column === undefined) return `${place.file}:${place.line}`;
  return `${place.file}:${place.line}:${place.column}`;
}

/** Longer messages hold a text that was not meant to be read here. */
export const MOST_CHARACTERS = 1000;

/** One line for a person: `train.json:41:5 answer is empty - write one or delete the example`. */
export function formatError(error: SftError): string {
  const place = formatPlace({
    ...(error.file === undefined ? {} : { file: error.file }),
    ...(error.line === undefined ? {} : { line: error.line }),
    ...(error.column === undefined ? {} : { column: error.column }),
  });
  const message = shortened(error.message, MOST_CHARACTERS);
  const head = place === '' ? message : `${place} ${message}`;
  // Names and values come from files that others wrote.
  return printable(error.remedy === undefined ? head : `${head} - ${error.remedy}`);
}
