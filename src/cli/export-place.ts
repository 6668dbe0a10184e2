import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { SftError } from '../base/errors';
import { placeFile, withFolderBeside, writeFolderAtomic } from '../base/files';

/**
 * Writes an export whole or not at all.
 * @param single whether `out` is the one file of the form, of which `write` makes a folder
 * @throws SftError disk-full, not-writable; whatever else `write` throws
 */
export async function writeWhole(
  out: string,
  single: boolean,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  if (!single) return writeFolderAtomic(out, write);
  await withFolderBeside(out, async (folder) => {
    await write(folder);
    const name = (await readdir(folder)).find((entry) => path.extname(entry) === extensionOf(out));
    await placeFile(path.join(folder, name!), out);
  });
}

/** The ending of a file's name, in small letters: other programs write NAME.GGUF. */
export function extensionOf(file: string): string {
  return path.extname(file).toLowerCase();
}

/** A file may be replaced where that is asked for, a folder never. A link that leads nowhere is there too. @throws SftError not-writable */
export async function requireNoFile(out: string, replace: boolean): Promise<void> {
  const entry = await lstat(out).catch(() => undefined);
  if (entry?.isDirectory() === true) {
    throw new SftError('not-writable', 'is a folder, not a file', {
      file: out,
      remedy: 'name another file with --out',
      exitCode: 2,
    });
  }
  if (entry === undefined || replace) return;
  throw new SftError('not-writable', 'exists already', {
    file: out,
    remedy: 'choose another file with --out, or replace it with --overwrite',
    exitCode: 2,
  });
}

/** A folder is replaced as a whole when it is written: one that holds anything is not touched. @throws SftError not-writable */
export async function requireFree(out: string): Promise<void> {
  const names = await readdir(out).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new SftError('not-writable', code === 'ENOTDIR' ? 'is a file, not a folder' : 'cannot be read', {
      file: out,
      remedy: 'choose another folder with --out',
      exitCode: 2,
      cause: error,
    });
  });
  if (names.length === 0) return;
  throw new SftError('not-writable', 'the folder is not empty', {
    file: out,
    remedy: 'choose a new folder with --out, or delete this one first',
    exitCode: 2,
  });
}
