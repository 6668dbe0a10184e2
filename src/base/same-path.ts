import path from 'node:path';

/**
 * Whether two absolute paths name the same place. Windows does not tell large letters from small ones, and VS Code writes the letter of a
 * drive small where a terminal writes it large.
 */
export function isSamePath(a: string, b: string, paths: path.PlatformPath = path): boolean {
  return paths.relative(a, b) === '';
}
