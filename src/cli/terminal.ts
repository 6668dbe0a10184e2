import { printable, shortened } from '../base/printable';
import type { Terminal } from './verb';

const CLEAR_LINE = '\r\u001b[K';

/** Longer lines of a log hold a text that was not meant to be read there. */
const MOST_CHARACTERS = 4000;

/** Of a stream that is written to, what a terminal needs. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The terminal of this process: results to standard output, everything else to standard error. */
export function processTerminal(
  stdout: TerminalStream = process.stdout,
  stderr: TerminalStream = process.stderr,
): Terminal {
  const interactive = stderr.isTTY === true;
  let shown = '';
  const clear = (): void => {
    if (shown !== '') stderr.write(CLEAR_LINE);
  };
  const show = (line: string): void => {
    // A line that wraps cannot be taken back.
    shown = printable(line).slice(0, Math.max(0, (stderr.columns ?? 0) - 1));
    if (shown !== '') stderr.write(shown);
  };
  return {
    out: (...lines) => {
      clear();
      for (const line of lines) stdout.write(`${printable(line)}\n`);
      show(shown);
    },
    write: (text) => {
      clear();
      shown = '';
      stdout.write(printableText(text));
    },
    data: (text) => {
      clear();
      stdout.write(`${stdout.isTTY === true ? printableText(text) : text}\n`);
      show(shown);
    },
    log: (...lines) => {
      clear();
      for (const line of lines) stderr.write(`${printable(shortened(line, MOST_CHARACTERS))}\n`);
      show(shown);
    },
    interactive,
    ...(interactive
      ? {
          status: (line: string): void => {
            clear();
            show(line);
          },
        }
      : {}),
  };
}

/** As printable, but for line breaks and tabs. */
function printableText(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

/**
 * A reader that has seen enough (`sft count ... | head`) closes the pipe: that is no error of ours, and there is nobody left to write
 * to. Without this Node throws EPIPE.
 */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
  }
}
