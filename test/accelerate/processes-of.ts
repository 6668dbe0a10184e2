import { execFileSync } from 'node:child_process';

/** Numbers of the processes whose command line holds all of some words. */
export function processesWith(...words: readonly string[]): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .filter((line) => words.every((word) => line.includes(word)) && !line.includes('ps -eo'))
    .map((line) => Number.parseInt(line.trim(), 10));
}

/** Waits until there are none, at most so many seconds. @returns those that are left */
export async function goneWithin(seconds: number, ...words: readonly string[]): Promise<number[]> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const left = processesWith(...words);
    if (left.length === 0 || Date.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
