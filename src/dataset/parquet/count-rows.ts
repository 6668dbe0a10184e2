import { open } from 'node:fs/promises';

/** How many rows a Parquet file has, by its last bytes alone. @throws SftError `unreadable-file` where it is damaged */
export async function countRows(file: string): Promise<number> {
  const { readMetadata } = await import('./parquet-lines');
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    return Number((await readMetadata(handle, file, size)).metadata.num_rows);
  } finally {
    await handle.close();
  }
}
