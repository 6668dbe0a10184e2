import { statfs } from 'node:fs/promises';
import { SftError } from './errors';
import { sizeText } from './size-text';

/** What other programs say where a disk is full. */
export const SAYS_DISK_FULL = /no space left|not enough space|disk quota/i;

/** Bytes that may still be written to the disk that a folder lies on. */
export async function freeOnDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * Asks for room before anything is written.
 * @param what what becomes of these bytes: `are to be downloaded`
 * @throws SftError disk-full, with what is needed and what is free
 */
export async function requireRoom(folder: string, bytes: number, what: string, remedy: string): Promise<void> {
  const free = await freeOnDisk(folder);
  if (bytes <= free) return;
  const reason = `${sizeText(bytes)} ${what}, ${sizeText(free)} are free`;
  throw new SftError('disk-full', reason, { file: folder, remedy });
}
