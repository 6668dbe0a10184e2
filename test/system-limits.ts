import { lstatSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Why a test that sends a signal to a process, so that it saves and ends, is skipped; false where it is not. */
export const NO_SIGNALS = process.platform === 'win32' && 'a signal ends a process of Windows at once';

/** Why a test that makes symbolic links is skipped; false where it is not. Windows asks for a right, and Wine makes none. */
export const NO_LINKS = !makesLinks() && 'symbolic links cannot be made here';

function makesLinks(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), 'sft-links-'));
  const link = path.join(folder, 'link');
  try {
    symlinkSync('nowhere', link);
    return lstatSync(link).isSymbolicLink();
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
