import { realpath, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { SftError } from './errors';
import { refuseForbiddenName } from './forbidden-name';
import { isHeld, onceReleased, renamePath, renamePathSync } from './held-files';
import { identityText, isAlive, isSameProcess, ownIdentity, parseIdentity } from './process-identity';
import { whyMissing } from './why-missing';

let counter = 0;
/** Temporary names this process is using now. */
const inUse = new Set<string>();
/** Files whose left-overs were looked for once. */
const swept = new Set<string>();

/** `<path>.tmp-<pid>-<start of the process>-<n>`: says who writes it, so that the left-overs of dead writers can be told. */
function besides(target: string, kind: 'tmp' | 'old'): string {
  counter += 1;
  return `${target}.${kind}-${identityText()}-${counter}`;
}

interface LeftOver {
  readonly path: string;
  readonly kind: 'tmp' | 'old';
  readonly order: number;
}

/** What writers that no longer run left beside `target`, oldest first. */
async function leftOversOf(target: string): Promise<LeftOver[]> {
  const folder = path.dirname(target);
  const base = path.basename(target);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return [];
  }
  const found: LeftOver[] = [];
  for (const name of names) {
    if (!name.startsWith(base)) continue;
    const [, kind, who = '', order] = /^\.(tmp|old)-(.+)-(\d+)$/.exec(name.slice(base.length)) ?? [];
    const identity = parseIdentity(who);
    if (identity === undefined) continue;
    const full = path.join(folder, name);
    if (isSameProcess(identity, ownIdentity()) ? inUse.has(full) : isAlive(identity)) continue;
    found.push({ path: full, kind: kind as 'tmp' | 'old', order: Number(order) });
  }
  return found.sort((a, b) => a.order - b.order);
}

/** Turns what the file system says on writing into the person's words; other errors pass as they are. */
export function explainWriteError(error: unknown, target: string): unknown {
  if (!(error instanceof Error) || error instanceof SftError) return error;
  const details = { file: target, cause: error };
  const { code } = error as NodeJS.ErrnoException;
  switch (code === 'ENOENT' ? whyMissing(target) : code) {
    case 'ENOSPC':
      return new SftError('disk-full', 'cannot be saved: the disk is full', {
        ...details,
        remedy: 'free some space and run the command again; what was saved earlier is unchanged',
      });
    case 'EDQUOT':
      return new SftError('disk-full', 'cannot be saved: your disk quota is used up', {
        ...details,
        remedy: 'free some space and run the command again; what was saved earlier is unchanged',
      });
    case 'EACCES':
    case 'EPERM':
      if (isHeld(error)) {
        return new SftError(
          'not-writable',
          'cannot be saved: another program has it open, or you may not write there',
          {
            ...details,
            remedy: 'close it there, or choose another folder',
          },
        );
      }
      return new SftError('not-writable', 'cannot be saved: no permission to write there', {
        ...details,
        remedy: 'choose another folder or change its permissions',
      });
    case 'EBUSY':
      return new SftError('not-writable', 'cannot be saved: another program has it open', {
        ...details,
        remedy: 'close it there and run the command again',
      });
    case 'EROFS':
      return new SftError('not-writable', 'cannot be saved: the file system is read-only', {
        ...details,
        remedy: 'choose a folder on another disk',
      });
    case 'ENOENT':
      return new SftError('not-writable', `cannot be saved: the folder ${path.dirname(target)} does not exist`, {
        ...details,
        remedy: 'create it first',
      });
    case 'ENAMETOOLONG':
      return new SftError('not-writable', 'cannot be saved: its name is too long', {
        ...details,
        remedy: 'choose a shorter one',
      });
    case 'ENOTDIR':
    case 'EEXIST':
      return new SftError('not-writable', 'cannot be saved: a part of its path is a file, not a folder', {
        ...details,
        remedy: 'choose another place',
      });
    case 'EISDIR':
    case 'ERR_FS_EISDIR':
      return folderThere(target, error);
    default:
      return error;
  }
}

function folderThere(target: string, cause?: unknown): SftError {
  return new SftError('not-writable', 'cannot be saved: there is a folder of that name', {
    file: target,
    cause,
    remedy: 'move it, or choose another name',
  });
}

/**
 * Makes a folder, and those above it that are missing. Not by mkdir's `recursive`, which says ENOENT of a read-only disk.
 * @throws SftError `disk-full` or `not-writable`
 */
export async function makeFolder(folder: string): Promise<void> {
  refuseForbiddenName(folder);
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = path.dirname(folder);
    if (code === 'ENOENT' && above !== folder) {
      await makeFolder(above);
      await makeFolder(folder);
    } else if (!(await existing(folder))?.folder) {
      throw explainWriteError(error, folder);
    }
  }
}

/** Removes a file that may be gone already. @throws SftError `not-writable` */
export async function removeFile(file: string): Promise<void> {
  try {
    await onceReleased(() => rm(file, { force: true }));
  } catch (error) {
    throw explainWriteError(error, file);
  }
}

/** Brings the entries of a folder to the disk, where the system allows it (Windows does not open folders). */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, 'r');
  } catch {
    return;
  }
  try {
    await handle.sync();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EINVAL' && code !== 'EPERM' && code !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(full);
    else if (entry.isFile()) await syncFile(full);
  }
  await syncFolder(folder);
}

async function syncFile(file: string): Promise<void> {
  // Windows flushes only what was opened for writing.
  const handle = await open(file, process.platform === 'win32' ? 'r+' : 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Former {
  readonly path: string;
  readonly mode: number;
  readonly folder: boolean;
}

/** Not the one of fs/promises: the system's own, which on Windows fails beyond 260 characters and on some drives. */
const resolveLinks = promisify(realpath);

async function existing(target: string): Promise<Former | undefined> {
  try {
    const real = await resolveLinks(target);
    const entry = await stat(real);
    return { path: real, mode: entry.mode & 0o7777, folder: entry.isDirectory() };
  } catch {
    return undefined;
  }
}

/**
 * Writes a file whole or not at all: aside in the same folder, flushed, then renamed over. Whoever reads sees the former content
 * or the new, also after kill -9 or a power cut. A link is written through; the mode of a former file is kept.
 *
 * @throws SftError `disk-full` or `not-writable`; the former content is then unchanged and nothing is left behind.
 */
export async function writeFileAtomic(target: string, data: string | Uint8Array): Promise<void> {
  refuseForbiddenName(target);
  const former = await existing(target);
  // Windows would say of it what it says of a file that is held open.
  if (former?.folder === true) throw folderThere(target);
  const real = path.resolve(former?.path ?? target);
  if (!swept.has(real)) {
    swept.add(real);
    for (const leftOver of await leftOversOf(real)) {
      if (leftOver.kind === 'tmp') await rm(leftOver.path, { recursive: true, force: true }).catch(ignored);
    }
  }
  const temporary = besides(real, 'tmp');
  inUse.add(temporary);
  try {
    const handle = await open(temporary, 'wx', former?.mode ?? 0o666);
    try {
      if (former !== undefined) await handle.chmod(former.mode);
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renamePath(temporary, real);
    await syncFolder(path.dirname(real));
  } catch (error) {
    await rm(temporary, { force: true }).catch(ignored);
    throw explainWriteError(error, target);
  } finally {
    inUse.delete(temporary);
  }
}

/**
 * Writes a file whole or not at all, without leaving the thread: for what is told while a computation takes every turn of it, and would
 * need a dozen of them. A power cut may bring the former content back. `target` is a file of this process alone, and no link.
 * @throws SftError as writeFileAtomic
 */
export function replaceFile(target: string, data: string): void {
  const temporary = besides(target, 'tmp');
  try {
    writeFileSync(temporary, data, { flag: 'wx', flush: true });
    renamePathSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw explainWriteError(error, target);
  }
}

/** A failed removal of a temporary file must not hide the error that led to it; the next writer tries again. */
function ignored(): void {
  return;
}

/**
 * Writes a folder whole or not at all; whatever else the target held is gone afterwards. `write` fills a temporary folder beside `target`; every file in it is flushed; then it
 * takes the target's place. Where the target exists it is first renamed to `<target>.old-*`, and deleted at the end: a kill
 * between the two renames leaves the target missing and the former folder whole under that name. {@link recoverFolder}, which this
 * function calls first, puts it back.
 *
 * @throws SftError `disk-full` or `not-writable`, also for such errors inside `write` and where the folder above `target` is missing;
 * whatever else `write` throws. The former folder is then unchanged and nothing is left behind.
 */
export async function writeFolderAtomic(
  target: string,
  write: (temporaryFolder: string) => Promise<void>,
): Promise<void> {
  refuseForbiddenName(target);
  const former = await existing(target);
  if (former?.folder === false) {
    throw new SftError('not-writable', 'cannot be saved: there is a file of that name', {
      file: target,
      remedy: 'choose another name',
    });
  }
  const real = path.resolve(former?.path ?? target);
  const temporary = besides(real, 'tmp');
  const aside = besides(real, 'old');
  const discarded = besides(real, 'tmp');
  for (const name of [temporary, aside, discarded]) inUse.add(name);
  try {
    await recoverFolder(real);
    await mkdir(temporary);
    await write(temporary);
    await syncTree(temporary);
    const replaces = (await existing(real)) !== undefined;
    if (replaces) await renamePath(real, aside);
    try {
      await renamePath(temporary, real);
    } catch (error) {
      if (replaces) await renamePath(aside, real);
      throw error;
    }
    await syncFolder(path.dirname(real));
    if (replaces) {
      // Under a temporary name first, so that a folder called .old-* is always whole.
      await renamePath(aside, discarded);
      await rm(discarded, { recursive: true, force: true });
    }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(ignored);
    throw explainWriteError(error, target);
  } finally {
    for (const name of [temporary, aside, discarded]) inUse.delete(name);
  }
}

/**
 * Gives a folder beside `target` to write in, and removes it afterwards with all that is left in it. What a killed writer of the same
 * target left is removed first.
 * @throws SftError `disk-full` or `not-writable`, also for such errors inside `work`; whatever else `work` throws
 */
export async function withFolderBeside(target: string, work: (folder: string) => Promise<void>): Promise<void> {
  refuseForbiddenName(target);
  const real = path.resolve(target);
  const temporary = besides(real, 'tmp');
  inUse.add(temporary);
  try {
    await recoverFolder(real);
    await mkdir(temporary);
    await work(temporary);
  } catch (error) {
    throw explainWriteError(error, target);
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(ignored);
    inUse.delete(temporary);
  }
}

/** Brings a file to the disk, then gives it its place, in the stead of a file that is there. */
export async function placeFile(file: string, target: string): Promise<void> {
  await syncFile(file);
  await renamePath(file, target);
  await syncFolder(path.dirname(target));
}

async function discard(leftOver: LeftOver): Promise<void> {
  let doomed = leftOver.path;
  if (leftOver.kind === 'old') {
    // A half-deleted folder must not bear the name of a whole one.
    doomed = besides(leftOver.path.slice(0, leftOver.path.lastIndexOf('.old-')), 'tmp');
    await renamePath(leftOver.path, doomed);
  }
  await rm(doomed, { recursive: true, force: true });
}

/**
 * Mends what a killed {@link writeFolderAtomic} left: where `target` is missing the former folder is put back, and left-overs of
 * writers that no longer run are removed. What a living writer is about to finish is left alone. Call it before reading.
 *
 * @returns whether there is a folder at `target` now
 */
export async function recoverFolder(target: string): Promise<boolean> {
  const real = path.resolve(target);
  const leftOvers = await leftOversOf(real);
  let present = (await existing(real)) !== undefined;
  for (const leftOver of leftOvers.toReversed()) {
    try {
      if (leftOver.kind === 'old' && !present) {
        await renamePath(leftOver.path, real);
        present = true;
      } else {
        await discard(leftOver);
      }
    } catch (error) {
      // Someone else mended it at the same time.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw explainWriteError(error, target);
      present = (await existing(real)) !== undefined;
    }
  }
  return present;
}
