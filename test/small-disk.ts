import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';

/** What a test says where {@link mountSmallDisk} gives nothing. */
export const NO_SMALL_DISK = 'needs the right to mount a small disk';

/** A file system of its own that can be filled and made read-only. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves no byte free. */
  fill(): void;
  /** Takes away what `fill` wrote. */
  clear(): void;
  setReadOnly(readOnly: boolean): void;
  unmount(): void;
}

/**
 * @param folder is made, and mounted on
 * @param size as mount takes it: `64k`
 * @returns undefined where this process may not mount
 */
export function mountSmallDisk(folder: string, size: string): SmallDisk | undefined {
  const mount = (...args: string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
  mkdirSync(folder, { recursive: true });
  if (process.platform !== 'linux' || !mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder)) return undefined;
  const filler = path.join(folder, 'filler');
  return {
    path: folder,
    fill: () => {
      for (const piece of [Buffer.alloc(4096), Buffer.alloc(1)]) {
        try {
          for (;;) appendFileSync(filler, piece);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    },
    clear: () => {
      truncateSync(filler);
      rmSync(filler);
    },
    setReadOnly: (readOnly) => {
      if (!mount('-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder)) throw new Error(`${folder} cannot be remounted`);
    },
    unmount: () => {
      // Whoever still looks at it does not keep it.
      spawnSync('umount', ['--lazy', folder]);
    },
  };
}
