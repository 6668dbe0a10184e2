import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { cachedSnapshot, hubName } from '../base/hub-cache';

/** A model that is in the cache, whole or in part. */
export interface CachedModel {
  readonly repo: string;
  readonly folder: string;
  /** Bytes of the files at its top. */
  readonly size: number;
}

/** The models in the cache that have weights as safetensors and a branch `main`, by name. */
export async function cachedModels(cache: string): Promise<CachedModel[]> {
  const found: CachedModel[] = [];
  for (const name of await readdir(cache).catch((): string[] => [])) {
    const repo = hubName(path.join(cache, name, 'snapshots', 'any'));
    const folder = repo === undefined ? undefined : cachedSnapshot({ repo, revision: 'main' }, cache);
    if (repo === undefined || folder === undefined) continue;
    const files = await readdir(folder);
    const isModel = files.includes('config.json') && files.some((file) => file.endsWith('.safetensors'));
    if (!isModel) continue;
    const sizes = await Promise.all(files.map((file) => sizeOf(path.join(folder, file))));
    found.push({ repo, folder, size: sizes.reduce((sum, size) => sum + size, 0) });
  }
  return found.sort((a, b) => a.repo.localeCompare(b.repo));
}

/** 0 for a folder, and for a link that leads nowhere. */
async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true ? found.size : 0;
}
