import { processTerminal } from '../src/cli/terminal';
import type { Terminal } from '../src/cli/verb';

export interface RecordedTerminal {
  readonly terminal: Terminal;
  /** What was written to standard output, line by line. */
  readonly out: readonly string[];
  /** As `out`, of standard error. */
  readonly log: readonly string[];
}

/** The terminal of the command line, with what it writes kept in place of shown. */
export function recordedTerminal(): RecordedTerminal {
  const [out, log]: [string[], string[]] = [[], []];
  const into = (lines: string[]) => ({
    write: (text: string) => void lines.push(...text.replace(/\n$/, '').split('\n')),
  });
  return { terminal: processTerminal(into(out), into(log)), out, log };
}
