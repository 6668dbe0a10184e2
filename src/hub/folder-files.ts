import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file that is to be pushed. */
export interface FolderFile {
  /** In the repository, with slashes. */
  readonly path: string;
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** The first bytes, by which the Hub tells text from what Git LFS shall keep. */
  readonly sample: Buffer;
}

/** As many as the Hub looks at. */
const SAMPLE_BYTES = 512;

/** All files of a folder with their hashes, by name. @throws the signal's reason */
export async function folderFiles(folder: string, signal?: AbortSignal): Promise<FolderFile[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  const files: FolderFile[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    const entry = await stat(file);
    if (!entry.isFile()) continue;
    const hash = createHash('sha256');
    for await (const piece of createReadStream(file, { signal })) hash.update(piece as Buffer);
    const facts = { path: name.split(path.sep).join('/'), file, size: entry.size, sha256: hash.digest('hex') };
    files.push({ ...facts, sample: await beginning(file) });
  }
  return files;
}

async function beginning(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
