import { createInterface } from 'node:readline';
import type { Terminal } from './verb';

/**
 * Asks on standard error; a line of standard input decides, and its end is no.
 * @param question undefined where a program answers, which has been told what it is about
 * @throws the signal's reason where that ends the asking
 */
export async function agrees(terminal: Terminal, question: string | undefined, signal: AbortSignal): Promise<boolean> {
  if (question !== undefined) terminal.log(`${question} [y/N]`);
  const lines = createInterface({ input: process.stdin, signal });
  try {
    for await (const line of lines) return /^y(es)?$/i.test(line.trim());
    signal.throwIfAborted();
    return false;
  } finally {
    lines.close();
  }
}
