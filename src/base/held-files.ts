import { renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';

/** Between two tries, ms; two seconds in all. Virus scanners, indexers and readers have a file open for a few milliseconds. */
const WAITS = [2, 5, 10, 20, 40, 80, 160, 320, 600, 763];

/**
 * Whether the system says that another program has the file open. Windows calls it a lack of permission where the file is to be replaced,
 * moved or removed, and gives no way to tell the two apart.
 */
export function isHeld(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EBUSY' || (platform === 'win32' && (code === 'EPERM' || code === 'EACCES'));
}

/** Does what fails while another program has a file open, again until it lets go. @throws what `work` throws, after two seconds */
export async function onceReleased<T>(work: () => Promise<T>): Promise<T> {
  for (const wait of WAITS) {
    try {
      return await work();
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return work();
}

/** Gives a file or folder its place, in the stead of a file that is there. @throws as fs.rename */
export function renamePath(from: string, to: string): Promise<void> {
  return onceReleased(() => rename(from, to));
}

/** The same without leaving the thread, which waits. */
export function renamePathSync(from: string, to: string): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (const wait of WAITS) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    Atomics.wait(clock, 0, 0, wait);
  }
  renameSync(from, to);
}
