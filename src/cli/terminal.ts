import type { Terminal } from './verb';

const CLEAR_LINE = '\r\u001b[K';

/** The terminal of this process: results to standard output, everything else to standard error. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  let shown = '';
  const clear = (): void => {
    if (shown !== '') stderr.write(CLEAR_LINE);
  };
  const show = (line: string): void => {
    // A line that wraps cannot be taken back.
    shown = line.slice(0, Math.max(0, stderr.columns - 1));
    if (shown !== '') stderr.write(shown);
  };
  return {
    out: (text) => {
      clear();
      stdout.write(`${text}\n`);
      show(shown);
    },
    write: (text) => {
      clear();
      shown = '';
      stdout.write(text);
    },
    log: (text) => {
      clear();
      stderr.write(`${text}\n`);
      show(shown);
    },
    interactive: stderr.isTTY,
    ...(stderr.isTTY
      ? {
          status: (line: string): void => {
            clear();
            show(line);
          },
        }
      : {}),
  };
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
