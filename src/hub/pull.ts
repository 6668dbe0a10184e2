import { copyFile, link, lstat, readdir, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { requireRoom } from '../base/disk-room';
import { explainWriteError, makeFolder, writeFileAtomic } from '../base/files';
import { renamePath } from '../base/held-files';
import { cachedFolder, COMMIT, type HubModel } from '../base/hub-cache';
import type { HubAccess } from './access';
import { modelFiles } from './choose-files';
import { downloadFile } from './download-file';
import { readRepo, type RepoFile, type RepoInfo } from './repo-info';

/** A server is asked for so many files at once. */
const AT_ONCE = 4;

/** A model that can be fetched, with what is missing of it. */
export interface PullPlan extends Pick<RepoInfo, 'repo' | 'commit' | 'gated' | 'licence'> {
  readonly revision: string;
  readonly files: readonly RepoFile[];
  readonly missing: readonly RepoFile[];
  /** Bytes of all files, and of those that are missing. */
  readonly size: number;
  readonly toFetch: number;
  /** The folder that the model will have. */
  readonly folder: string;
}

export interface PullOptions {
  readonly signal?: AbortSignal;
  /** Bytes that are there, of those that were missing. */
  readonly onProgress?: (bytes: number, total: number) => void;
}

/**
 * Looks what a model consists of and what of it is in the cache.
 * @throws SftError no-model, hub-not-found, hub-gated, hub-token, hub-unreachable, hub-answer
 */
export async function planPull(access: HubAccess, model: HubModel, signal?: AbortSignal): Promise<PullPlan> {
  const info = await readRepo(access, model, signal);
  const files = modelFiles(info);
  const { repo, commit, gated, licence } = info;
  const folder = path.join(cachedFolder(repo, access.cache), 'snapshots', commit);
  const missing: RepoFile[] = [];
  for (const file of files) if (!(await isThere(path.join(folder, file.name), file))) missing.push(file);
  const [size, toFetch] = [bytesOf(files), bytesOf(missing)];
  return { repo, commit, gated, licence, revision: model.revision, files, missing, size, toFetch, folder };
}

/**
 * Fetches what is missing of a model into the cache. What came stays when it is aborted or fails, and is used the next time.
 * @returns the folder of the model
 * @throws SftError disk-full and what downloadFile throws
 */
export async function pull(access: HubAccess, plan: PullPlan, options: PullOptions = {}): Promise<string> {
  const { repo, revision, commit, folder, missing, toFetch } = plan;
  const cached = cachedFolder(repo, access.cache);
  const blobs = path.join(cached, 'blobs');
  await makeFolder(blobs);
  await makeFolder(folder);
  const needed = toFetch - (await bytesOfParts(blobs, missing));
  await requireRoom(
    blobs,
    needed,
    'have to be downloaded',
    'free some space, or set HF_HOME to a folder on another disk',
  );

  let bytes = 0;
  const onBytes = (more: number): void => {
    bytes += more;
    options.onProgress?.(bytes, toFetch);
  };
  // The first failure ends the others.
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  // Files of the same content are one blob: two downloads of it would be in each other's way.
  const queue = [...byContent(missing).values()];
  const work = async (): Promise<void> => {
    for (let alike = queue.shift(); alike !== undefined; alike = queue.shift()) {
      for (const file of alike) {
        signal.throwIfAborted();
        const blob = path.join(blobs, file.hash.value);
        if (await isThere(blob, file)) onBytes(file.size);
        else await downloadFile(access, plan, file, blob, { signal, onBytes });
        await place(blob, path.join(folder, file.name));
      }
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, async () => {
      try {
        await work();
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }),
  );
  options.signal?.throwIfAborted();
  if (results.some(({ status }) => status === 'rejected')) throw stop.signal.reason;
  // Whoever looks a branch up finds a whole model.
  if (!COMMIT.test(revision)) {
    const ref = path.join(cached, 'refs', ...revision.split('/'));
    await makeFolder(path.dirname(ref));
    await writeFileAtomic(ref, commit);
  }
  return folder;
}

function byContent(files: readonly RepoFile[]): Map<string, RepoFile[]> {
  const found = new Map<string, RepoFile[]>();
  for (const file of files) found.set(file.hash.value, [...(found.get(file.hash.value) ?? []), file]);
  return found;
}

function bytesOf(files: readonly RepoFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

async function isThere(file: string, { size }: RepoFile): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true && found.size === size;
}

/** What earlier downloads have left of these files. */
async function bytesOfParts(blobs: string, files: readonly RepoFile[]): Promise<number> {
  const hashes = new Set(files.map(({ hash }) => hash.value));
  let bytes = 0;
  for (const name of await readdir(blobs)) {
    if (name.endsWith('.incomplete') && hashes.has(name.slice(0, name.indexOf('.')))) {
      bytes += (await stat(path.join(blobs, name))).size;
    }
  }
  return bytes;
}

/** A link to the blob, as the cache has it; where the system allows none (Windows) the file itself once more. */
async function place(blob: string, file: string): Promise<void> {
  try {
    // A link that leads nowhere, or a file of another length.
    if ((await lstat(file).catch(() => undefined)) !== undefined) await rm(file);
    await symlink(path.relative(path.dirname(file), blob), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    const aside = `${file}.tmp`;
    await rm(aside, { force: true });
    try {
      await link(blob, aside).catch(() => copyFile(blob, aside));
      await renamePath(aside, file);
    } catch (failed) {
      throw explainWriteError(failed, file);
    }
  }
}
