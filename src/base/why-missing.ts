import { statSync } from 'node:fs';
import path from 'node:path';

/** Characters of a name that no file system of Windows, macOS or Linux exceeds. */
const LONGEST = 255;

/**
 * What stands behind ENOENT: of a path that leads through a file, or has a name that is too long, Windows says no more than that it does
 * not exist, where others say ENOTDIR and ENAMETOOLONG.
 */
export function whyMissing(target: string): 'ENOENT' | 'ENOTDIR' | 'ENAMETOOLONG' {
  if (target.split(path.sep).some((name) => name.length > LONGEST)) return 'ENAMETOOLONG';
  return isBehindFile(target) ? 'ENOTDIR' : 'ENOENT';
}

function isBehindFile(target: string): boolean {
  const above = path.dirname(target);
  if (above === target) return false;
  try {
    return statSync(above).isFile();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' || isBehindFile(above);
  }
}
