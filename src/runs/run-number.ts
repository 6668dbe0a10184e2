import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { tryLock } from '../base/lock';

/** Making a run takes milliseconds: how often another process that makes one is looked after, and how many times, before it counts as stuck. */
const PAUSE_MS = 20;
const MOST_PAUSES = 500;

/**
 * Makes a run that is numbered among those of `outputDir`: no other process makes one there meanwhile.
 * @param outputDir exists
 * @throws SftError `disk-full` or `not-writable`, and what `make` throws
 */
export async function withNextNumber<T>(outputDir: string, make: (number: number | null) => Promise<T>): Promise<T> {
  for (let pauses = 0; pauses < MOST_PAUSES; pauses++) {
    const { release } = await tryLock(outputDir);
    if (release === undefined) {
      await setTimeout(PAUSE_MS);
      continue;
    }
    try {
      return await make((await highestNumber(outputDir)) + 1);
    } finally {
      await release();
    }
  }
  // A run without a number is better than none.
  return make(null);
}

/** `#4 faq`; a run without a number goes by its name. */
export function numberedName(number: number | null, name: string): string {
  return number === null ? name : `#${number} ${name}`;
}

/** 0 where no run has a number. */
async function highestNumber(outputDir: string): Promise<number> {
  const names = await readdir(outputDir);
  const numbers = await Promise.all(names.map((name) => numberIn(path.join(outputDir, name, 'run.json'))));
  return Math.max(0, ...numbers);
}

/** Of a run.json, damaged or not: its number is taken all the same. */
async function numberIn(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const number = Number(/^ {2}"number": (\d+),$/m.exec(text)?.[1] ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}
